"""Messages, conversations, contacts and webhooks as the REST API shows them."""

from local.chatwoot.rails_format import unix_seconds
from local.chatwoot.records import (
    MESSAGE_TYPES,
    Account,
    Contact,
    Conversation,
    Inbox,
    Message,
    Webhook,
)
from local.chatwoot.shapes import (
    Json,
    attachment_shapes,
    contact_push_shape,
    sender_push_shape,
    user_push_shape,
)


def message_shape(
    message: Message, conversation: Conversation, account: Account, echo_id: object = None
) -> Json:
    """Return a message; integers for its type and times."""
    shape: Json = {
        "id": message.id,
        "content": message.content,
        "inbox_id": conversation.inbox.id,
        **({} if echo_id is None else {"echo_id": echo_id}),
        "conversation_id": conversation.id,
        "message_type": MESSAGE_TYPES[message.message_type],
        "content_type": message.content_type,
        "status": message.status,
        "content_attributes": message.content_attributes,
        "created_at": unix_seconds(message.created_at),
        "private": message.private,
        "source_id": message.source_id,
    }
    if message.sender:
        shape["sender"] = sender_push_shape(message.sender)
    if message.attachments:
        shape["attachments"] = attachment_shapes(message.attachments, account)
    return shape


def conversation_shape(conversation: Conversation, account: Account, now: float) -> Json:
    """Return a conversation with its last message of any kind."""
    last = conversation.messages[-1:]
    newest_first = reversed(conversation.messages)
    spoken = next((each for each in newest_first if each.message_type != "activity"), None)
    assignee = conversation.assignee
    return {
        "meta": {
            "sender": {**contact_shape(conversation.contact), "type": "contact"},
            "channel": conversation.inbox.channel,
            **({"assignee": user_push_shape(assignee)} if assignee else {}),
            "hmac_verified": False,
        },
        "id": conversation.id,
        "messages": [message_shape(each, conversation, account) for each in last],
        "account_id": account.id,
        "uuid": conversation.uuid,
        "additional_attributes": conversation.additional_attributes,
        "agent_last_seen_at": 0,
        "assignee_last_seen_at": 0,
        "can_reply": conversation.can_reply(now),
        "contact_last_seen_at": 0,
        "custom_attributes": {},
        "inbox_id": conversation.inbox.id,
        "labels": [],
        "muted": False,
        "snoozed_until": None,
        "status": conversation.status,
        "created_at": unix_seconds(conversation.created_at),
        "updated_at": round(conversation.updated_at, 6),
        "timestamp": unix_seconds(conversation.last_activity_at),
        "first_reply_created_at": unix_seconds(conversation.first_reply_at),
        "unread_count": conversation.unread_count,
        "last_non_activity_message": (
            message_shape(spoken, conversation, account) if spoken else None
        ),
        "last_activity_at": unix_seconds(conversation.last_activity_at),
        "priority": None,
        "waiting_since": unix_seconds(conversation.waiting_since),
        "sla_policy_id": None,
    }


def message_list_meta(conversation: Conversation) -> Json:
    """Return what stands beside the messages of a conversation."""
    assignee = conversation.assignee
    return {
        "labels": [],
        "additional_attributes": conversation.additional_attributes,
        "contact": contact_push_shape(conversation.contact),
        **({"assignee": user_push_shape(assignee)} if assignee else {}),
        "agent_last_seen_at": None,
        "assignee_last_seen_at": None,
    }


def contact_shape(contact: Contact) -> Json:
    """Return a contact without its inboxes."""
    return {
        "additional_attributes": contact.additional_attributes,
        "availability_status": "offline",
        "email": contact.email,
        "id": contact.id,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "blocked": contact.blocked,
        "identifier": contact.identifier,
        "thumbnail": "",
        "custom_attributes": contact.custom_attributes,
        "created_at": unix_seconds(contact.created_at),
    }


def contact_with_inboxes(contact: Contact, inboxes: list[tuple[str, Inbox]]) -> Json:
    """Return a contact with the source ids it is known by."""
    return {
        **contact_shape(contact),
        "contact_inboxes": [
            {
                "source_id": source_id,
                "inbox": {"id": inbox.id, "name": inbox.name, "channel_type": inbox.channel},
            }
            for source_id, inbox in inboxes
        ],
    }


def webhook_shape(webhook: Webhook, account: Account) -> Json:
    """Return a webhook, its secret included."""
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "account_id": account.id,
        "subscriptions": webhook.subscriptions,
        "secret": webhook.secret,
    }
