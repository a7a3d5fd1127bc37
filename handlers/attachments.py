"""Fetches an attachment, keeps it under its true type, and turns speech into words."""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import BinaryIO, Final

from handlers.domain.attachment_retries import after_failure, after_refusal
from handlers.domain.errors import (
    MediaReason,
    MediaRefusedError,
    PermanentError,
    RetryableError,
    RetryReason,
)
from handlers.domain.filing import ArchivedFile, AttachmentResult, Lease, TranscriptLookup
from handlers.domain.log_events import LogEvent
from handlers.domain.media_types import SNIFF_BYTES, MediaType, sniff
from handlers.domain.message_state import AttachmentRecord, AttachmentState
from handlers.domain.messages import Attachment, AttachmentKind, Message
from handlers.domain.object_names import media_object_name
from handlers.domain.tracing import Trace
from handlers.logs import EventLog, Severity
from handlers.ports.clock import Clock
from handlers.ports.ledger import Ledger
from handlers.ports.media import DownloadedFile, MediaDownloads
from handlers.ports.storage import Objects
from handlers.recordings import Recordings, Words

_DOWNLOAD_SECONDS: Final = 60.0
# Longer than what happens under them: an upload, and a transcription.
_UPLOAD_LEASE_SECONDS: Final = 120
_TRANSCRIPTION_LEASE_SECONDS: Final = 300
# A file that has not appeared at Chatwoot within this will not appear any more.
_GONE_AFTER_SECONDS: Final = 3600
_READ_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Where a message's attachments go, under whose lease, and until when."""

    lease: Lease
    message: Message
    bucket: str
    day: date
    trace: Trace | None
    deadline: float
    """On the monotonic clock: when this attempt stops itself."""


class AttachmentArchiver:
    """Works on one attachment at a time."""

    def __init__(  # noqa: PLR0913 - one parameter for each collaborator
        self,
        *,
        ledger: Ledger,
        objects: Objects,
        downloads: MediaDownloads,
        recordings: Recordings,
        clock: Clock,
        jitter: Callable[[], float],
        log: EventLog,
    ) -> None:
        self._ledger = ledger
        self._objects = objects
        self._downloads = downloads
        self._recordings = recordings
        self._clock = clock
        self._jitter = jitter
        self._log = log

    def archive(self, filing: Filing, record: AttachmentRecord) -> AttachmentRecord:
        """Return the record as it stands now, done or still pending, and settled in the ledger.

        Raises:
            RetryableError: the bucket or the ledger failed, so the attempt is over.
        """
        with tempfile.TemporaryFile() as file:
            attachment = _described(filing.message, record)
            try:
                fetched = self._fetch(filing, record, attachment, file)
            except MediaRefusedError as error:
                return self._refuse(filing, record, error.reason)
            except RetryableError as error:
                return self._defer(filing, record, error)
            declared = attachment.declared_media_type if attachment else None
            return self._keep(filing, record, fetched, sniff(_head(file), declared=declared), file)

    def _fetch(
        self,
        filing: Filing,
        record: AttachmentRecord,
        attachment: Attachment | None,
        file: BinaryIO,
    ) -> DownloadedFile:
        remaining = filing.deadline - self._clock.monotonic()
        if remaining <= 0:
            raise RetryableError(RetryReason.OUT_OF_TIME)
        if record.is_stored and record.object_name is not None:
            # Kept by an earlier attempt that could not transcribe it.
            file.seek(0)
            file.truncate()
            self._objects.read_into(filing.bucket, record.object_name, file)
            return _measure(file)
        if attachment is None:
            # This delivery does not describe it; the one that does is still to come again.
            raise RetryableError(RetryReason.MEDIA_NOT_READY)
        if attachment.data_url is None:
            raise MediaRefusedError(MediaReason.URL_MISSING)
        try:
            return self._downloads.fetch(
                attachment.data_url, file, budget_seconds=min(_DOWNLOAD_SECONDS, remaining)
            )
        except RetryableError as error:
            if error.reason is RetryReason.MEDIA_NOT_READY and self._is_old(filing.message):
                raise MediaRefusedError(MediaReason.NOT_FOUND) from error
            raise

    def _keep(
        self,
        filing: Filing,
        record: AttachmentRecord,
        fetched: DownloadedFile,
        media_type: MediaType,
        file: BinaryIO,
    ) -> AttachmentRecord:
        is_audio = record.kind is AttachmentKind.AUDIO
        problem = (
            self._recordings.problem(file, media_type, fetched.byte_count) if is_audio else None
        )
        wants_words = is_audio and problem is None
        archived = self._archived_file(filing, record, fetched, media_type, wants_words=wants_words)
        # Pinned before it is written, so that nothing lies in a bucket that no row knows of.
        lookup = self._ledger.pin_attachment(filing.lease, archived)
        if not record.is_stored:
            try:
                self._objects.create_from_file(
                    filing.bucket,
                    archived.object_name,
                    file,
                    byte_count=fetched.byte_count,
                    content_type=media_type.name,
                )
            except PermanentError:
                # Chatwoot gave an earlier attempt other bytes: the first that were kept stay.
                first = replace(record, object_name=archived.object_name, is_stored=True)
                return self._keep_first(filing, first, file)
        stored = replace(
            record,
            object_name=archived.object_name,
            is_stored=True,
            media_type=media_type.name,
            byte_count=fetched.byte_count,
        )
        if not wants_words:
            return self._settle(filing, stored, Words(reason=problem))
        return self._add_words(filing, stored, media_type, lookup, file)

    def _keep_first(
        self, filing: Filing, record: AttachmentRecord, file: BinaryIO
    ) -> AttachmentRecord:
        fetched = self._fetch(filing, record, None, file)
        return self._keep(filing, record, fetched, sniff(_head(file)), file)

    def _archived_file(
        self,
        filing: Filing,
        record: AttachmentRecord,
        fetched: DownloadedFile,
        media_type: MediaType,
        *,
        wants_words: bool,
    ) -> ArchivedFile:
        return ArchivedFile(
            attachment_id=record.attachment_id,
            object_name=record.object_name
            or media_object_name(
                day=filing.day,
                conversation=filing.message.conversation_id,
                message=filing.message.message_id,
                attachment=record.attachment_id,
                kind=record.kind,
                extension=media_type.extension,
            ),
            media_type=media_type.name,
            byte_count=fetched.byte_count,
            sha256=fetched.sha256,
            transcribe_model=self._recordings.model if wants_words else None,
            lease_seconds=_TRANSCRIPTION_LEASE_SECONDS if wants_words else _UPLOAD_LEASE_SECONDS,
        )

    def _add_words(
        self,
        filing: Filing,
        stored: AttachmentRecord,
        media_type: MediaType,
        lookup: TranscriptLookup,
        file: BinaryIO,
    ) -> AttachmentRecord:
        byte_count = stored.byte_count or 0
        try:
            words = self._recordings.words(
                file, media_type, byte_count, lookup, deadline=filing.deadline
            )
        except RetryableError as error:
            return self._defer(filing, stored, error)
        if words.was_known:
            self._emit(LogEvent.TRANSCRIPT_REUSED, Severity.INFO, filing, stored)
        return self._settle(filing, stored, words)

    def _settle(self, filing: Filing, stored: AttachmentRecord, words: Words) -> AttachmentRecord:
        has_failed = words.text is None and words.reason is not None
        settled = replace(
            stored,
            state=AttachmentState.FAILED if has_failed else AttachmentState.DONE,
            reason=words.reason.value if words.reason else None,
            transcript=words.text,
            language=words.language,
            seconds=words.seconds,
        )
        model = self._recordings.model if words.text is not None else None
        result = AttachmentResult(record=settled, model=model)
        # Recorded at once rather than at the end: what was paid for is not paid for twice.
        self._ledger.settle_attachment(filing.lease, result)
        self._emit(LogEvent.ATTACHMENT_STORED, Severity.INFO, filing, settled)
        return settled

    def _refuse(
        self, filing: Filing, record: AttachmentRecord, reason: MediaReason
    ) -> AttachmentRecord:
        settled = after_refusal(record, reason)
        self._ledger.settle_attachment(filing.lease, AttachmentResult(record=settled))
        self._emit(LogEvent.ATTACHMENT_REFUSED, Severity.WARNING, filing, settled)
        return settled

    def _defer(
        self, filing: Filing, record: AttachmentRecord, error: RetryableError
    ) -> AttachmentRecord:
        result = after_failure(
            record, error.reason, retry_after=error.retry_after, jitter=self._jitter()
        )
        self._ledger.settle_attachment(filing.lease, result)
        self._emit(LogEvent.ATTACHMENT_DEFERRED, Severity.WARNING, filing, result.record)
        return result.record

    def _is_old(self, message: Message) -> bool:
        if message.created_at is None:
            return False
        return (self._clock.now() - message.created_at).total_seconds() > _GONE_AFTER_SECONDS

    def _emit(
        self, event: LogEvent, severity: Severity, filing: Filing, record: AttachmentRecord
    ) -> None:
        self._log.emit(
            event,
            severity,
            trace=filing.trace,
            account_id=filing.message.account_id,
            conversation_id=filing.message.conversation_id,
            message_id=filing.message.message_id,
            attachment_id=record.attachment_id,
            reason=record.reason,
            byte_count=record.byte_count,
        )


def _described(message: Message, record: AttachmentRecord) -> Attachment | None:
    for attachment in message.attachments:
        if attachment.attachment_id == record.attachment_id:
            return attachment
    return None


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(SNIFF_BYTES)


def _measure(file: BinaryIO) -> DownloadedFile:
    file.seek(0)
    digest = hashlib.sha256()
    byte_count = 0
    while chunk := file.read(_READ_BYTES):
        digest.update(chunk)
        byte_count += len(chunk)
    return DownloadedFile(byte_count=byte_count, sha256=digest.hexdigest())
