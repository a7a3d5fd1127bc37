"""What Google accepts as an object's name and metadata, and what it fills in."""

from typing import Any

from local.gcs.bucket_rows import Bucket
from local.gcs.bucket_rules import check_storage_class
from local.gcs.errors import invalid, required
from local.gcs.messages import JsonObject, Request

_CHANGEABLE = frozenset(
    {
        "cacheControl", "contentDisposition", "contentEncoding", "contentLanguage", "contentType",
        "customTime", "eventBasedHold", "metadata", "retention", "temporaryHold",
    }
)  # fmt: skip
_AT_CREATION = _CHANGEABLE | {"kmsKeyName", "storageClass"}
_LONGEST_NAME = 1024
_LARGEST_METADATA = 8192


def check_object_name(name: object) -> str:
    """Return the name if Google would take it (cloud.google.com/storage/docs/objects#naming)."""
    if not name:
        raise required("name")
    if not isinstance(name, str):
        raise invalid("The object name is not a string.")
    try:
        size = len(name.encode())
    except UnicodeEncodeError as error:
        raise invalid("The object name is not valid UTF-8.") from error
    if size > _LONGEST_NAME:
        raise invalid("The maximum object length is 1024 characters, but got a name with"
                      f" {size} characters.")  # fmt: skip
    if (
        name in {".", ".."}
        or "\r" in name
        or "\n" in name
        or name.startswith(".well-known/acme-challenge/")
    ):
        raise invalid(f"Invalid object name: '{name}'")
    return name


def new_settings(
    bucket: Bucket, resource: JsonObject, *, content_type: str | None = None
) -> JsonObject:
    """Return what an object created from this resource keeps."""
    settings = _checked({key: resource[key] for key in _AT_CREATION & resource.keys()})
    settings.setdefault("contentType", content_type or "application/octet-stream")
    settings["storageClass"] = check_storage_class(
        settings.get("storageClass", bucket.settings["storageClass"])
    )
    key = settings.get("kmsKeyName") or bucket.settings.get("encryption", {}).get(
        "defaultKmsKeyName"
    )
    if key:
        # Google reports the version of the key that encrypted the bytes.
        settings["kmsKeyName"] = (
            f"{str(key).partition('/cryptoKeyVersions/')[0]}/cryptoKeyVersions/1"
        )
    return settings


def changeable(resource: JsonObject) -> JsonObject:
    """Return the part of a resource that PATCH and PUT may set."""
    return {key: resource[key] for key in _CHANGEABLE & resource.keys()}


def replaced_settings(before: JsonObject, resource: JsonObject) -> JsonObject:
    """Return the settings after a PUT, which drops what it does not mention."""
    fixed = {key: before[key] for key in (_AT_CREATION - _CHANGEABLE) & before.keys()}
    return _checked({**changeable(resource), **fixed})


def check_settings(settings: JsonObject) -> JsonObject:
    """Return the settings without empty ones, refusing what cannot be kept."""
    return _checked(settings)


def refuse_unsupported(bucket: Bucket, request: Request) -> None:
    """Refuse what would otherwise silently be done without."""
    if any(name.startswith("x-goog-encryption-") for name in request.headers):
        raise invalid("This server does not implement customer-supplied encryption keys.")
    if bucket.has_uniform_access and (
        request.parameter("predefinedAcl") or request.parameter("destinationPredefinedAcl")
    ):
        raise invalid(
            "Cannot insert legacy ACL for an object when uniform bucket-level access is enabled."
        )


def _checked(settings: dict[str, Any]) -> JsonObject:
    settings = {key: value for key, value in settings.items() if value is not None}
    metadata = settings.get("metadata", {})
    if not isinstance(metadata, dict) or not all(
        isinstance(value, str) for value in metadata.values()
    ):
        raise invalid("Object metadata is a mapping of texts.")
    size = sum(len((key + value).encode("utf-8", "replace")) for key, value in metadata.items())
    if size > _LARGEST_METADATA:
        raise invalid("Object metadata exceeds 8 KiB.")
    return {key: value for key, value in settings.items() if value != {}}
