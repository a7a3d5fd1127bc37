"""People's buckets: created with every setting, and never believed to be ours by name alone."""

from typing import Any, Final

from google.api_core import exceptions as google_errors
from google.cloud import storage

from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.storage import BucketCreation
from storage.client import translated_errors
from storage.time_limit import TimeLimit

# For everything that a creation takes. Google answers within a second or two, or throttles it, and
# a person's first message does not wait longer: maintenance tries again.
_CREATE_SECONDS: Final = 2.0
_CREATORS: Final = 4
_LABELS: Final = {"app": "whatsapp-pipeline", "content": "personal"}
# Older messages are read rarely, and each class is cheaper to keep and dearer to read.
_LIFECYCLE: Final = (("NEARLINE", 30), ("COLDLINE", 90), ("ARCHIVE", 365))


class GcsBuckets:
    """Creates buckets in one project and location."""

    def __init__(
        self, client: storage.Client, *, project_number: int, location: str, kms_key: str | None
    ) -> None:
        self._client = client
        self._project_number = project_number
        self._location = location
        self._kms_key = kms_key
        self._creations = TimeLimit(threads=_CREATORS, name="buckets")

    def create(self, name: str) -> BucketCreation:
        """Create a bucket, or find out whose it is; two seconds in all.

        Raises:
            RetryableError: the store did not answer in time, or throttles.
        """
        return self._creations.within(_CREATE_SECONDS, lambda: self._create(name))

    def _create(self, name: str) -> BucketCreation:
        bucket = self._client.bucket(name)
        self._apply_settings(bucket)
        try:
            with translated_errors():
                self._client.create_bucket(
                    bucket, location=self._location, retry=None, timeout=_CREATE_SECONDS
                )
        except google_errors.Conflict:
            return self._adopt(name)
        except google_errors.PreconditionFailed as error:
            # A policy of the organization does not allow it.
            raise RetryableError(RetryReason.STORAGE_REFUSED) from error
        return BucketCreation(is_ours=True, was_created=True)

    def _adopt(self, name: str) -> BucketCreation:
        bucket = self._client.bucket(name)
        try:
            with translated_errors():
                bucket.reload(retry=None, timeout=_CREATE_SECONDS)
        except google_errors.NotFound as error:
            # Deleted in between, by whoever had it.
            raise RetryableError(RetryReason.BUCKET_UNAVAILABLE) from error
        except RetryableError as error:
            # A 403 says that somebody else may read it and we may not. Taking it for "exists" would
            # put people's thoughts into a stranger's bucket.
            if error.reason is RetryReason.STORAGE_FORBIDDEN:
                return BucketCreation(is_ours=False)
            raise
        if bucket.project_number != self._project_number:
            return BucketCreation(is_ours=False)
        # Ours, made by another worker a moment ago or by hand: only the latter lacks settings.
        self._apply_settings(bucket)
        with translated_errors():
            bucket.patch(retry=None, timeout=_CREATE_SECONDS)
        return BucketCreation(is_ours=True)

    def _apply_settings(self, bucket: Any) -> None:  # noqa: ANN401 - the library is untyped
        bucket.iam_configuration.uniform_bucket_level_access_enabled = True
        bucket.iam_configuration.public_access_prevention = "enforced"
        # Off: an erased person would live on for the seven days of Google's default.
        bucket.soft_delete_policy.retention_duration_seconds = 0
        bucket.lifecycle_rules = [
            {
                "action": {"type": "SetStorageClass", "storageClass": storage_class},
                "condition": {"age": age_days},
            }
            for storage_class, age_days in _LIFECYCLE
        ]
        bucket.labels = dict(_LABELS)
        if self._kms_key is not None:
            bucket.default_kms_key_name = self._kms_key
