"""What is known of media whose message was deleted."""

from dataclasses import dataclass

from handlers.domain.messages import AccountId, AttachmentId, MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedMedia:
    """An attachment of a deleted message, and where its object must not be any more."""

    account_id: AccountId
    message_id: MessageId
    attachment_id: AttachmentId
    bucket: str
    object_name: str
