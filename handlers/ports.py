"""What the bodies ask of the outside world, as protocols that adapters and fakes satisfy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from handlers.domain.errors import RetryReason
from handlers.domain.filing import (
    ArchivedFile,
    AttachmentResult,
    BucketRecord,
    ClaimRequest,
    ClaimResult,
    DeadDelivery,
    DeadLetter,
    DueMessage,
    FinishRequest,
    Lease,
    TranscriptLookup,
)
from handlers.domain.spooling import SpoolEntry


class Publisher(Protocol):
    """Hands one delivery to the broker."""

    def publish(self, data: bytes, attributes: Mapping[str, str], *, budget_seconds: float) -> str:
        """Return the broker's id once it has confirmed; repeating makes a second copy.

        Raises:
            RetryableError: it has not confirmed within the budget, or refused.
        """


class Spool(Protocol):
    """Keeps deliveries that the broker would not take."""

    def put(
        self, name: str, body: bytes, attributes: Mapping[str, str], *, budget_seconds: float
    ) -> None:
        """Keep a delivery once.

        Raises:
            RetryableError: not confirmed within the budget, or refused.
        """

    def oldest(self, *, limit: int) -> list[SpoolEntry]:
        """Return the entries that have lain longest."""

    def read(self, entry: SpoolEntry) -> bytes | None:
        """Return a delivery's raw body, or None where it is gone already."""

    def delete(self, name: str) -> None:
        """Remove a delivery; one that is not there is success."""


class Backlog(Protocol):
    """What is to be taken up again."""

    def record_dead_letter(self, dead_letter: DeadLetter) -> str:
        """Keep what the broker gave up; return `recorded`, or the end state that needs nothing."""

    def take_dead_letters(self, reasons: frozenset[str], *, batch: int) -> list[DeadDelivery]:
        """Take open dead letters with one of the reasons that are due, oldest first."""

    def take_due_messages(self, *, batch: int) -> list[DueMessage]:
        """Take messages with an attachment that is due to be tried again."""


class BatchPublisher(Protocol):
    """Hands many deliveries to the broker at once."""

    def publish_all(
        self, deliveries: Sequence[tuple[bytes, Mapping[str, str]]], *, budget_seconds: float
    ) -> list[RetryReason | None]:
        """Return, for each delivery in order, None once confirmed, else why not."""


class Ledger(Protocol):
    """The authority on messages: claims, pins and finishes them, each in one round trip."""

    def claim(self, request: ClaimRequest) -> ClaimResult:
        """Take the message for this attempt, or learn why not; repeatable with one token."""

    def pin_bucket(self, lease: Lease, bucket: BucketRecord) -> BucketRecord:
        """Pin the owner's bucket to the message and return the one that holds.

        Another attempt may have registered another one first.
        """

    def set_bucket_state(self, bucket: BucketRecord) -> None:
        """Record that a bucket was found ready or foreign."""

    def pin_attachment(self, lease: Lease, file: ArchivedFile) -> TranscriptLookup:
        """Pin an attachment's object name before it is written; look for its transcript.

        With `file.transcribe_model` it also claims the transcription of these bytes by that model,
        so that no two workers pay for the same audio at the same time, and extends the lease.
        """

    def settle_attachment(self, lease: Lease, result: AttachmentResult) -> None:
        """Record how an attachment came out; releases its transcription claim."""

    def release(self, lease: Lease, reason: str) -> None:
        """Hand a message back before its lease ends, so that a redelivery need not wait."""

    def finish(self, lease: Lease, request: FinishRequest) -> None:
        """Write note and ledger in one transaction."""

    def bury(self, dead_letter: DeadLetter) -> None:
        """Keep what cannot be processed and mark its message dead, in one transaction."""

    def ignore(self, installation: str, ids: tuple[str, str], source: str, reason: str) -> None:
        """Record that a message, by account and message id, does not concern us."""


class Buckets(Protocol):
    """People's buckets."""

    def create(self, name: str) -> "BucketCreation":
        """Create a bucket with every setting, or find out whose it is; repeatable.

        Raises:
            RetryableError: the store did not answer, or throttles.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketCreation:
    """What became of a bucket's creation."""

    is_ours: bool
    was_created: bool = False


class Objects(Protocol):
    """Objects in people's buckets."""

    def create(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object once; one that is there with equal metadata is success.

        Raises:
            RetryableError: the store did not confirm it.
            PermanentError: another message's object is there.
        """

    def create_from_file(
        self, bucket: str, name: str, file: BinaryIO, *, byte_count: int, content_type: str
    ) -> None:
        """Write an object from a file once; one that is there with equal bytes is success.

        Raises:
            RetryableError: the store did not confirm it.
            PermanentError: other bytes are there.
        """

    def read_into(self, bucket: str, name: str, file: BinaryIO) -> None:
        """Copy an object's bytes into a file, checked against its checksum."""

    def replace(
        self, bucket: str, name: str, data: bytes, *, content_type: str, metadata: Mapping[str, str]
    ) -> None:
        """Write an object whatever was there; repeatable."""

    def delete(self, bucket: str, name: str) -> None:
        """Remove an object; one that is not there is success."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadedFile:
    """What a download brought: the size in bytes and the digest of the file's content."""

    byte_count: int
    sha256: str


class MediaDownloads(Protocol):
    """Fetches attachments from Chatwoot."""

    def fetch(self, url: str, into: BinaryIO, *, budget_seconds: float) -> DownloadedFile:
        """Stream a file, with every hop checked; waits for one that is not there yet.

        Raises:
            MediaRefusedError: it may not or cannot be had.
            RetryableError: it may be had later.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What a recording says."""

    text: str
    """Empty where nobody speaks."""
    language: str | None
    seconds: float | None


class Transcriber(Protocol):
    """Turns a recording into text."""

    @property
    def model(self) -> str:
        """Name the model, which is part of what makes two transcripts the same."""

    def transcribe(
        self, audio: BinaryIO, *, extension: str, media_type: str, budget_seconds: float
    ) -> Transcript:
        """Return what is said.

        Raises:
            MediaRefusedError: the recording cannot be understood.
            RetryableError: the service may take it later.
        """


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """Return the time in UTC."""

    def monotonic(self) -> float:
        """Return seconds that only grow."""

    def wait(self, seconds: float) -> None:
        """Return after so many seconds."""
