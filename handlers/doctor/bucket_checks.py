"""Cloud Storage: the spool bucket, whose it is, and what we may do there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.doctor.findings import Finding, ok, wrong
from handlers.ports.doctor import StorageHealth

_WANTED: Final = (
    "storage.objects.create",
    "storage.objects.get",
    "storage.objects.list",
    "storage.objects.delete",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpoolBucketCheck:
    """Whether the spool bucket is there, ours, and forgets at once."""

    health: StorageHealth
    bucket: str
    project_number: int
    about: str = "spool bucket"

    def run(self) -> Sequence[Finding]:
        """Look at its set-up."""
        facts = self.health.bucket(self.bucket)
        if facts is None:
            return [wrong(self.about, f"there is no bucket {self.bucket}", self._command("create"))]
        if facts.project_number != self.project_number:
            return [
                wrong(
                    self.about,
                    f"{self.bucket} is not in the project of GCS_PROJECT_NUMBER",
                    "correct GCS_PROJECT_NUMBER; if it is right the bucket is a stranger's, and"
                    " GCS_SPOOL_BUCKET has to name another",
                )
            ]
        findings = []
        if facts.soft_delete_seconds:
            findings.append(
                wrong(
                    self.about,
                    "keeps what is deleted: an erased person would live on",
                    self._command("update", "--clear-soft-delete"),
                )
            )
        if facts.keeps_versions:
            findings.append(
                wrong(
                    self.about,
                    "keeps older versions: an erased person would live on",
                    self._command("update", "--no-versioning"),
                )
            )
        if not facts.is_public_prevented:
            findings.append(
                wrong(
                    self.about,
                    "could be opened to the public",
                    self._command("update", "--public-access-prevention"),
                )
            )
        if facts.deletes_spool:
            findings.append(
                wrong(
                    self.about,
                    "a lifecycle rule deletes what waits under spool/",
                    "limit the rule to the prefix malformed/",
                )
            )
        return findings or [ok(self.about, f"{self.bucket} is ours and forgets at once")]

    def _command(self, verb: str, flags: str = "") -> str:
        return f"gcloud storage buckets {verb} gs://{self.bucket} {flags}".rstrip()


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketRightsCheck:
    """Whether our credentials may do in the spool bucket what the functions do there."""

    health: StorageHealth
    bucket: str
    new_name: Callable[[], str]
    """Names an object that nobody else has, outside of what the sweep reads."""
    about: str = "bucket rights"

    def run(self) -> Sequence[Finding]:
        """Ask for the rights, then use each once."""
        missing = self.health.missing_permissions(self.bucket, _WANTED)
        if missing:
            return [
                wrong(
                    self.about,
                    f"without {', '.join(missing)} on {self.bucket}",
                    f"gcloud storage buckets add-iam-policy-binding gs://{self.bucket}"
                    " --member=serviceAccount:EMAIL --role=roles/storage.objectUser",
                )
            ]
        self.health.try_object(self.bucket, self.new_name())
        return [ok(self.about, "an object was created, read, listed and removed")]
