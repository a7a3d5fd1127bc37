"""People and attachments as every surface of Chatwoot shows them."""

from typing import Any

from local.chatwoot.records import Account, AgentBot, Attachment, Contact, Sender, User

Json = dict[str, Any]


def contact_push_shape(contact: Contact) -> Json:
    """Return a contact as nested senders show it."""
    return {
        "additional_attributes": contact.additional_attributes,
        "custom_attributes": contact.custom_attributes,
        "email": contact.email,
        "id": contact.id,
        "identifier": contact.identifier,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "thumbnail": "",
        "blocked": contact.blocked,
        "type": "contact",
    }


def user_push_shape(user: User) -> Json:
    """Return a user as nested senders, assignees and REST show it."""
    return {
        "id": user.id,
        "name": user.name,
        "available_name": user.name,
        "avatar_url": "",
        "type": "user",
        "availability_status": "online",
        "thumbnail": "",
    }


def sender_push_shape(sender: Sender) -> Json | None:
    """Return a sender as nested messages and REST show it."""
    match sender:
        case Contact():
            return contact_push_shape(sender)
        case User():
            return user_push_shape(sender)
        case AgentBot():
            return {"id": sender.id, "name": sender.name, "avatar_url": "", "type": "agent_bot"}
        case None:
            return None


def attachment_shapes(attachments: list[Attachment], account: Account) -> list[Json]:
    """Return attachments as webhooks and REST both show them."""
    return [
        {
            "id": attachment.id,
            "message_id": attachment.message_id,
            "file_type": attachment.file_type,
            "account_id": account.id,
            **attachment.fields,
        }
        for attachment in attachments
    ]
