"""Every way in which work can fail, as two branches with stable reason codes.

    PipelineError
    ├── PermanentError   surely fails again: kept as a dead letter, acknowledged
    ├── RetryableError   may succeed later: the delivery is handed back to the broker
    ├── InvalidPayloadError   a delivery that cannot be read: answered 400, or a dead letter
    ├── MediaRefusedError     an attachment that cannot be had: stored with the reason
    ├── ChatwootRefusedError  Chatwoot's API says no to a request as it is: the caller knows why
    └── SendRefusedError      what was to be sent cannot be, ever: its row ends with the reason

Reason codes appear in answers, logs, rows and alerts, so a code is never renamed.
"""

from enum import StrEnum
from typing import Final

UNRECORDED: Final = "unrecorded"
"""The reason of a dead letter that nobody told one: the broker carries none."""


class RejectReason(StrEnum):
    """Why a delivery is answered with a 4xx status and not published."""

    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_LARGE = "too_large"
    SIGNATURE_MISSING = "signature_missing"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_MISMATCH = "signature_mismatch"
    TIMESTAMP_MISSING = "timestamp_missing"
    TIMESTAMP_MALFORMED = "timestamp_malformed"
    TIMESTAMP_OUT_OF_TOLERANCE = "timestamp_out_of_tolerance"
    TOKEN_MISMATCH = "token_mismatch"  # noqa: S105 - a reason code, not a password


class InvalidReason(StrEnum):
    """Why a body is not a delivery."""

    BODY_EMPTY = "body_empty"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    NESTED_TOO_DEEP = "nested_too_deep"
    EVENT_MISSING = "event_missing"
    MESSAGE_ID_INVALID = "message_id_invalid"
    ACCOUNT_ID_INVALID = "account_id_invalid"
    CONVERSATION_ID_INVALID = "conversation_id_invalid"
    MESSAGE_TYPE_INVALID = "message_type_invalid"
    CREATED_AT_INVALID = "created_at_invalid"
    ATTACHMENTS_INVALID = "attachments_invalid"
    ORDER_ID_INVALID = "order_id_invalid"
    ORDER_STATUS_UNKNOWN = "order_status_unknown"
    ENVELOPE_INVALID = "envelope_invalid"
    ENVELOPE_VERSION_UNKNOWN = "envelope_version_unknown"


class LineReason(StrEnum):
    """Why a line that a command reads is of no use, beside InvalidReason."""

    LINE_TOO_LONG = "line_too_long"
    TEXT_MISSING = "text_missing"
    TEXT_INVALID = "text_invalid"


class IgnoreReason(StrEnum):
    """Why a genuine delivery does not concern us."""

    EVENT_NOT_HANDLED = "event_not_handled"
    CHANNEL_NOT_WHATSAPP = "channel_not_whatsapp"
    INBOX_NOT_LISTED = "inbox_not_listed"
    PRIVATE_NOTE = "private_note"
    NOT_INCOMING = "not_incoming"
    OWN_ECHO = "own_echo"
    """We sent it, and a channel gives it back as if a customer had written it."""
    NOT_OUR_SENDING = "not_our_sending"
    """It could not be delivered, and carries a mark like ours, but we did not send it."""
    ORDER_UNKNOWN = "order_unknown"
    """Another producer's."""
    CONVERSATION_GONE = "conversation_gone"
    """Reconcile had seen it, and Chatwoot deleted its conversation before it came."""


class RetryReason(StrEnum):
    """Why work is handed back to the broker."""

    PUBLISH_TIMEOUT = "publish_timeout"
    PUBLISH_FAILED = "publish_failed"
    PUBLISH_REFUSED = "publish_refused"
    """The broker calls the delivery itself invalid."""
    DATABASE_BUSY = "database_busy"
    DATABASE_UNAVAILABLE = "database_unavailable"
    LEASE_HELD = "lease_held"
    LEASE_LOST = "lease_lost"
    LEDGER_ROW_UNREAD = "ledger_row_unread"
    STORAGE_UNAVAILABLE = "storage_unavailable"
    STORAGE_THROTTLED = "storage_throttled"
    STORAGE_FORBIDDEN = "storage_forbidden"
    STORAGE_REFUSED = "storage_refused"
    """It calls this request invalid or against a policy; others may do."""
    BUCKET_UNAVAILABLE = "bucket_unavailable"
    FALLBACK_FULL = "fallback_full"
    """The store takes nothing, and the database has all it may hold for it."""
    FALLBACK_DAMAGED = "fallback_damaged"
    """The database does not hold an object's bytes as they were given."""
    MEDIA_NOT_READY = "media_not_ready"
    MEDIA_UNAVAILABLE = "media_unavailable"
    TRANSCRIPTION_UNAVAILABLE = "transcription_unavailable"
    TRANSCRIPTION_THROTTLED = "transcription_throttled"
    TRANSCRIPTION_REFUSED = "transcription_refused"
    TRANSCRIPTION_RUNNING = "transcription_running"
    INTENT_UNAVAILABLE = "intent_unavailable"
    INTENT_THROTTLED = "intent_throttled"
    INTENT_REFUSED = "intent_refused"
    """It takes our key, the model or the form of the request amiss: a setting to mend."""
    INTENT_INVALID = "intent_invalid"
    """It would not say, stopped in the middle, or what it said is not of the form asked for."""
    CHATWOOT_THROTTLED = "chatwoot_throttled"
    CHATWOOT_UNAVAILABLE = "chatwoot_unavailable"
    CHATWOOT_FORBIDDEN = "chatwoot_forbidden"
    """The token is wrong or may not do this: a setting to mend."""
    CHATWOOT_REFUSED = "chatwoot_refused"
    """It calls what we send invalid, behind which a fault that passes may hide."""
    DIALOGUE_STALE = "dialogue_stale"
    """Other messages moved the conversation's dialogue each time this one was decided."""
    OUT_OF_TIME = "out_of_time"
    UNJUDGED = "unjudged"
    """Chatwoot does not say what a conversation's channel is, or its contact's id there."""
    UNEXPECTED = "unexpected"


class PermanentReason(StrEnum):
    """Why work is given up and kept as a dead letter."""

    ID_CONFLICT = "id_conflict"
    OBJECT_CONFLICT = "object_conflict"
    PAYLOAD_INVALID = "payload_invalid"
    ENVELOPE_INVALID = "envelope_invalid"
    DATA_REJECTED = "data_rejected"
    PUBLISH_REFUSED = "publish_refused"


class MediaReason(StrEnum):
    """Why an attachment has no object or no transcript; shown in `meeting_notes.error_details`."""

    URL_MISSING = "url_missing"
    URL_INVALID = "url_invalid"
    HOST_NOT_ALLOWED = "host_not_allowed"
    ADDRESS_NOT_PUBLIC = "address_not_public"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    CHATWOOT_FETCH_FAILED = "chatwoot_fetch_failed"
    UNSUPPORTED_BY_WHATSAPP = "unsupported_by_whatsapp"
    VOICE_CALL = "voice_call"
    AUDIO_SILENT = "audio_silent"
    AUDIO_UNREADABLE = "audio_unreadable"
    AUDIO_FORMAT_UNSUPPORTED = "audio_format_unsupported"
    AUDIO_TOO_LARGE = "audio_too_large"
    AUDIO_TOO_LONG = "audio_too_long"
    DELETED = "deleted"


class SendReason(StrEnum):
    """Why something that was to be sent is not; the end of a row of the outbox."""

    CONVERSATION_GONE = "conversation_gone"
    SEND_REFUSED = "send_refused"
    """Invalid as it is, by Chatwoot or by the broker."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """It may have gone out, and nobody can look: better not twice."""
    FOREIGN_ACCOUNT = "foreign_account"


class PipelineError(Exception):
    """Base of every failure that the bodies know what to do with."""


class PermanentError(PipelineError):
    """The work would surely fail again."""

    def __init__(self, reason: PermanentReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class RetryableError(PipelineError):
    """The work may succeed later."""

    def __init__(self, reason: RetryReason, *, retry_after: float | None = None) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after = retry_after
        """Seconds that the service asked us to wait, where it did."""


class InvalidPayloadError(PipelineError):
    """The bytes are not a delivery, or lack what a delivery cannot be filed without."""

    def __init__(self, reason: InvalidReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class MediaRefusedError(PipelineError):
    """An attachment cannot be had or understood, and asking again would not help."""

    def __init__(self, reason: MediaReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ChatwootRefusedError(PipelineError):
    """Chatwoot's API refuses a request: 404 for what is not there, 422 for what it cannot take."""

    def __init__(self, http_status: int) -> None:
        super().__init__(f"chatwoot answered {http_status}")
        self.http_status = http_status


class ChatwootUnsentError(RetryableError):
    """No connection to Chatwoot came about, so it surely has not seen the request."""

    def __init__(self) -> None:
        super().__init__(RetryReason.CHATWOOT_UNAVAILABLE)


class OutcomeUnknownError(RetryableError):
    """What was sent may have arrived: it is looked for before it is sent again."""


class SendRefusedError(PipelineError):
    """What was to be sent surely was not, and never can be."""

    def __init__(self, reason: SendReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
