"""The body of message_created and message_updated, key for key in Chatwoot's order."""

from local.chatwoot.rails_format import iso_time, unix_seconds
from local.chatwoot.records import (
    MESSAGE_TYPES,
    Account,
    AgentBot,
    Contact,
    Conversation,
    Message,
    Sender,
    User,
)
from local.chatwoot.shapes import (
    Json,
    attachment_shapes,
    contact_push_shape,
    sender_push_shape,
    user_push_shape,
)


def webhook_body(
    event: str, message: Message, conversation: Conversation, *, account: Account, now: float
) -> Json:
    """Build the body for a message as it is now; `event` comes last."""
    body: Json = {
        "account": _account(account),
        "additional_attributes": message.additional_attributes,
        "content_attributes": message.content_attributes,
        "content_type": message.content_type,
        "content": message.content,
        "conversation": _conversation(conversation, account, now),
        "created_at": iso_time(message.created_at),
        "id": message.id,
        "inbox": {"id": conversation.inbox.id, "name": conversation.inbox.name},
        "message_type": message.message_type,
        "private": message.private,
        "sender": _webhook_sender(message.sender, account),
        "source_id": message.source_id,
    }
    if message.attachments:
        body["attachments"] = attachment_shapes(message.attachments, account)
    body["event"] = event
    return body


def _webhook_sender(sender: Sender, account: Account) -> Json | None:
    match sender:
        case Contact():
            push = contact_push_shape(sender)
            del push["type"]
            return {
                "account": _account(account),
                "additional_attributes": push.pop("additional_attributes"),
                "avatar": "",
                **push,
            }
        case User():
            return {"id": sender.id, "name": sender.name, "email": sender.email, "type": "user"}
        case AgentBot():
            return {"id": sender.id, "name": sender.name, "type": "agent_bot"}
        case None:
            return None


def _account(account: Account) -> Json:
    return {"id": account.id, "name": account.name}


def _conversation(conversation: Conversation, account: Account, now: float) -> Json:
    newest = conversation.newest_public
    assignee = conversation.assignee
    return {
        "additional_attributes": conversation.additional_attributes,
        "can_reply": conversation.can_reply(now),
        "channel": conversation.inbox.channel,
        "contact_inbox": {
            "id": conversation.contact_inbox_id,
            "contact_id": conversation.contact.id,
            "inbox_id": conversation.inbox.id,
            "source_id": conversation.source_id,
            "created_at": iso_time(conversation.created_at),
            "updated_at": iso_time(conversation.created_at),
            "hmac_verified": False,
            "pubsub_token": conversation.pubsub_token,
        },
        "id": conversation.id,
        "inbox_id": conversation.inbox.id,
        "messages": [_nested_message(newest, conversation, account)] if newest else [],
        "labels": [],
        "meta": {
            "sender": contact_push_shape(conversation.contact),
            "assignee": user_push_shape(assignee) if assignee else None,
            "assignee_type": "User" if assignee else None,
            "team": None,
            "hmac_verified": False,
        },
        "status": conversation.status,
        "custom_attributes": {},
        "snoozed_until": None,
        "unread_count": conversation.unread_count,
        "first_reply_created_at": _iso_or_none(conversation.first_reply_at),
        "priority": None,
        "waiting_since": unix_seconds(conversation.waiting_since),
        "agent_last_seen_at": 0,
        "contact_last_seen_at": 0,
        "last_activity_at": unix_seconds(conversation.last_activity_at),
        "timestamp": unix_seconds(conversation.last_activity_at),
        "created_at": unix_seconds(conversation.created_at),
        "updated_at": round(conversation.updated_at, 6),
        "account": _account(account),
    }


def _nested_message(message: Message, conversation: Conversation, account: Account) -> Json:
    assignee = conversation.assignee
    shape: Json = {
        "id": message.id,
        "content": message.content,
        "account_id": account.id,
        "inbox_id": conversation.inbox.id,
        "conversation_id": conversation.id,
        "message_type": MESSAGE_TYPES[message.message_type],
        "created_at": unix_seconds(message.created_at),
        "updated_at": iso_time(message.updated_at),
        "private": message.private,
        "status": message.status,
        "source_id": message.source_id,
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "sender_type": type(message.sender).__name__ if message.sender else None,
        "sender_id": message.sender.id if message.sender else None,
        "external_source_ids": {},
        "additional_attributes": message.additional_attributes,
        "processed_message_content": message.content,
        "sentiment": {},
        "conversation": {
            "assignee_id": assignee.id if assignee else None,
            "unread_count": conversation.unread_count,
            "last_activity_at": unix_seconds(conversation.last_activity_at),
            "contact_inbox": {"source_id": conversation.source_id},
        },
    }
    if message.attachments:
        shape["attachments"] = attachment_shapes(message.attachments, account)
    if message.sender:
        shape["sender"] = sender_push_shape(message.sender)
    return shape


def _iso_or_none(timestamp: float | None) -> str | None:
    return None if timestamp is None else iso_time(timestamp)
