"""The names of all log events; queries, metrics and alerts refer to these."""

from enum import StrEnum


class LogEvent(StrEnum):
    """What happened, in the past tense, prefixed with the function that says so."""

    WEBHOOK_ACCEPTED = "webhook.accepted"
    WEBHOOK_IGNORED = "webhook.ignored"
    WEBHOOK_REJECTED = "webhook.rejected"
    WEBHOOK_MALFORMED = "webhook.malformed"
    WEBHOOK_SPOOLED = "webhook.spooled"
    WEBHOOK_UNAVAILABLE = "webhook.unavailable"
    MESSAGE_STORED = "message.stored"
    MESSAGE_PENDING = "message.pending"
    MESSAGE_ALREADY_DONE = "message.already_done"
    MESSAGE_IGNORED = "message.ignored"
    MESSAGE_RETRIED = "message.retried"
    MESSAGE_DEAD = "message.dead"
    BUCKET_CREATED = "bucket.created"
    BUCKET_FOREIGN = "bucket.foreign"
    ATTACHMENT_STORED = "attachment.stored"
    ATTACHMENT_REFUSED = "attachment.refused"
    ATTACHMENT_DEFERRED = "attachment.deferred"
    TRANSCRIPT_REUSED = "transcript.reused"
    DATABASE_POOL_EXHAUSTED = "database.pool_exhausted"
    SWEEP_ENDED = "sweep.ended"
    DEAD_LETTER_RECORDED = "dead_letter.recorded"
    UNEXPECTED_ERROR = "unexpected_error"
    LIBRARY_WARNING = "library.warning"
