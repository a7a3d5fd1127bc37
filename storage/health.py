"""Looks at buckets and objects without belonging to the way of a message."""

from collections.abc import Sequence
from typing import Any, Final

from google.api_core import exceptions as google_errors
from google.cloud import storage

from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.spooling import SPOOL_PREFIX
from handlers.ports.doctor import BucketFacts
from storage.client import CALL_TIMEOUT_SECONDS, translated_errors

_PROBE: Final = b"written and removed by the doctor"


class GcsHealth:
    """One client; every call is one attempt."""

    def __init__(self, client: storage.Client) -> None:
        self._client = client

    def bucket(self, name: str) -> BucketFacts | None:
        """Return a bucket's set-up, or None where there is none."""
        bucket: Any = self._client.bucket(name)
        try:
            with translated_errors():
                bucket.reload(retry=None, timeout=CALL_TIMEOUT_SECONDS)
        except google_errors.NotFound:
            return None
        return BucketFacts(
            project_number=int(bucket.project_number or 0),
            soft_delete_seconds=int(bucket.soft_delete_policy.retention_duration_seconds or 0),
            keeps_versions=bool(bucket.versioning_enabled),
            is_public_prevented=bucket.iam_configuration.public_access_prevention == "enforced",
            deletes_spool=any(_deletes_spool(rule) for rule in bucket.lifecycle_rules),
        )

    def missing_permissions(self, bucket: str, wanted: Sequence[str]) -> tuple[str, ...]:
        """Return those of the permissions that we do not have."""
        try:
            with translated_errors():
                granted: Sequence[str] = self._client.bucket(bucket).test_iam_permissions(
                    list(wanted), timeout=CALL_TIMEOUT_SECONDS, retry=None
                )
        except google_errors.NotFound as error:
            raise RetryableError(RetryReason.BUCKET_UNAVAILABLE) from error
        return tuple(permission for permission in wanted if permission not in granted)

    def try_object(self, bucket: str, name: str) -> None:
        """Create an object, read it, list it and remove it.

        Raises:
            RetryableError: one of these was not done.
        """
        blob: Any = self._client.bucket(bucket).blob(name)
        how = {"retry": None, "timeout": CALL_TIMEOUT_SECONDS}
        try:
            with translated_errors():
                blob.upload_from_string(_PROBE, if_generation_match=0, **how)
                try:
                    found = blob.download_as_bytes(**how)
                    listed = [b.name for b in self._client.list_blobs(bucket, prefix=name, **how)]
                finally:
                    blob.delete(**how)
        except google_errors.ClientError as error:
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE) from error
        if found != _PROBE or listed != [name]:
            raise RetryableError(RetryReason.STORAGE_UNAVAILABLE)

    def is_there(self, bucket: str, name: str) -> bool:
        """Return whether the store has an object; a bucket that is not there has nothing."""
        with translated_errors():
            found: bool = (
                self._client.bucket(bucket)
                .blob(name)
                .exists(retry=None, timeout=CALL_TIMEOUT_SECONDS)
            )
        return found


def _deletes_spool(rule: Any) -> bool:  # noqa: ANN401 - the library is untyped
    if rule.get("action", {}).get("type") != "Delete":
        return False
    prefixes = rule.get("condition", {}).get("matchesPrefix")
    return not prefixes or any(
        prefix.startswith(SPOOL_PREFIX) or SPOOL_PREFIX.startswith(prefix) for prefix in prefixes
    )
