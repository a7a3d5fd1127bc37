"""What Google accepts as a bucket's name and settings, and what it fills in."""

import re
from datetime import datetime, timedelta
from typing import Any

from local.gcs.clock import timestamp
from local.gcs.errors import invalid
from local.gcs.merge_patch import merge
from local.gcs.messages import JsonObject

STORAGE_CLASSES = frozenset(
    {
        "STANDARD", "NEARLINE", "COLDLINE", "ARCHIVE",
        "MULTI_REGIONAL", "REGIONAL", "DURABLE_REDUCED_AVAILABILITY",
    }
)  # fmt: skip
# Everything a caller may set; other fields of a resource are read-only and ignored, as at Google.
_SETTINGS = frozenset(
    {
        "autoclass", "billing", "cors", "customPlacementConfig", "defaultEventBasedHold",
        "encryption", "hierarchicalNamespace", "iamConfiguration", "ipFilter", "labels",
        "lifecycle", "location", "logging", "retentionPolicy", "rpo", "softDeletePolicy",
        "storageClass", "versioning", "website",
    }
)  # fmt: skip
# The settings that are no JSON objects.
_SHAPES: dict[str, type] = {
    "cors": list,
    "defaultEventBasedHold": bool,
    "location": str,
    "rpo": str,
    "storageClass": str,
}
_FIXED_AT_CREATION = frozenset({"location", "customPlacementConfig", "hierarchicalNamespace"})
_MULTI_REGIONS = {"US", "EU", "ASIA"}
_DUAL_REGIONS = {"ASIA1", "EUR4", "EUR5", "EUR7", "EUR8", "NAM4"}
_LIFECYCLE_ACTIONS = frozenset({"Delete", "SetStorageClass", "AbortIncompleteMultipartUpload"})
_DEFAULT_RETENTION_SECONDS = 604_800
_LONGEST_RETENTION_SECONDS = 90 * 86_400
_MOST_LABELS = 64

_PART = re.compile(r"[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?")
_IP_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_LABEL_KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_LABEL_VALUE = re.compile(r"[a-z0-9_-]{0,63}")
_KMS_KEY = re.compile(r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+")


def check_bucket_name(name: object) -> str:
    """Return the name if Google would take it (cloud.google.com/storage/docs/buckets#naming)."""
    if not isinstance(name, str):
        raise invalid("Invalid bucket name: a string is required")
    parts = name.split(".")
    longest = 222 if len(parts) > 1 else 63
    if (
        not 3 <= len(name) <= longest  # noqa: PLR2004 - the documented limits
        or not all(_PART.fullmatch(part) for part in parts)
        or _IP_ADDRESS.fullmatch(name)
        or name.startswith("goog")
        or "google" in name
    ):
        raise invalid(f"Invalid bucket name: '{name}'")
    return name


def new_settings(resource: JsonObject, now: datetime) -> JsonObject:
    """Return what a bucket created from this resource keeps."""
    return _complete({key: resource[key] for key in _SETTINGS & resource.keys()}, {}, now)


def patched_settings(before: JsonObject, change: JsonObject, now: datetime) -> JsonObject:
    """Return the settings after a PATCH."""
    allowed = {key: change[key] for key in (_SETTINGS - _FIXED_AT_CREATION) & change.keys()}
    return _complete(merge(before, allowed), before, now)


def replaced_settings(before: JsonObject, resource: JsonObject, now: datetime) -> JsonObject:
    """Return the settings after a PUT, which drops what it does not mention."""
    fixed = {key: before[key] for key in _FIXED_AT_CREATION & before.keys()}
    allowed = {key: resource[key] for key in (_SETTINGS - _FIXED_AT_CREATION) & resource.keys()}
    return _complete({**allowed, **fixed}, before, now)


def location_type(location: str) -> str:
    """Return the kind of place a location is."""
    if location in _MULTI_REGIONS:
        return "multi-region"
    return "dual-region" if location in _DUAL_REGIONS else "region"


def _complete(given: JsonObject, before: JsonObject, now: datetime) -> JsonObject:
    settings = {key: value for key, value in given.items() if value is not None}
    for key, value in settings.items():
        if not isinstance(value, _SHAPES.get(key, dict)):
            raise invalid(f"Invalid value for: {key}")
    settings["location"] = str(settings.get("location", "US")).upper()
    settings["storageClass"] = check_storage_class(settings.get("storageClass", "STANDARD"))
    settings["iamConfiguration"] = _iam_configuration(settings, before, now)
    settings["softDeletePolicy"] = _soft_delete(settings, before, now)
    _check_labels(settings.get("labels", {}))
    _check_lifecycle(settings.get("lifecycle", {}))
    key = settings.get("encryption", {}).get("defaultKmsKeyName")
    if key is not None and not _KMS_KEY.fullmatch(str(key)):
        raise invalid(f"Invalid argument: malformed Cloud KMS key name '{key}'.")
    return {key: value for key, value in settings.items() if value != {}}


def check_storage_class(name: object) -> str:
    """Return the storage class if there is one of that name."""
    if name not in STORAGE_CLASSES:
        raise invalid(f"Invalid argument: storage class '{name}' does not exist.")
    return str(name)


def _iam_configuration(settings: JsonObject, before: JsonObject, now: datetime) -> JsonObject:
    wanted = settings.get("iamConfiguration", {})
    # bucketPolicyOnly is the former name of the same switch; Google answers with both.
    access = wanted.get("uniformBucketLevelAccess") or wanted.get("bucketPolicyOnly") or {}
    uniform: JsonObject = {"enabled": bool(access.get("enabled", False))}
    if uniform["enabled"]:
        former = before.get("iamConfiguration", {}).get("uniformBucketLevelAccess", {})
        locked = former.get("lockedTime") or timestamp(now + timedelta(days=90))
        uniform["lockedTime"] = locked
    prevention = wanted.get("publicAccessPrevention", "inherited")
    if prevention not in {"inherited", "enforced", "unspecified"}:
        raise invalid(f"Invalid argument: publicAccessPrevention '{prevention}'.")
    return {
        "bucketPolicyOnly": uniform,
        "uniformBucketLevelAccess": uniform,
        "publicAccessPrevention": "inherited" if prevention == "unspecified" else prevention,
    }


def _soft_delete(settings: JsonObject, before: JsonObject, now: datetime) -> JsonObject:
    wanted: JsonObject = settings.get("softDeletePolicy", {})
    try:
        seconds = int(wanted.get("retentionDurationSeconds", _DEFAULT_RETENTION_SECONDS))
    except (TypeError, ValueError) as error:
        raise invalid("Invalid argument: retentionDurationSeconds is not a number.") from error
    if seconds and not _DEFAULT_RETENTION_SECONDS <= seconds <= _LONGEST_RETENTION_SECONDS:
        raise invalid("Soft delete policy retention duration must be 0 or between 7 and 90 days.")
    former = before.get("softDeletePolicy", {})
    if former.get("retentionDurationSeconds") == str(seconds):
        return dict(former)
    return {"retentionDurationSeconds": str(seconds), "effectiveTime": timestamp(now)}


def _check_labels(labels: dict[str, Any]) -> None:
    if len(labels) > _MOST_LABELS:
        raise invalid("A bucket has at most 64 labels.")
    for key, value in labels.items():
        if not _LABEL_KEY.fullmatch(key) or not _LABEL_VALUE.fullmatch(str(value)):
            raise invalid(f"Invalid label: '{key}': '{value}'.")


def _check_lifecycle(lifecycle: JsonObject) -> None:
    for rule in lifecycle.get("rule", []):
        action = rule.get("action", {})
        if action.get("type") not in _LIFECYCLE_ACTIONS:
            raise invalid("A lifecycle rule needs an action of a known type.")
        if action["type"] == "SetStorageClass":
            check_storage_class(action.get("storageClass"))
        if not rule.get("condition"):
            raise invalid("A lifecycle rule needs a condition.")
