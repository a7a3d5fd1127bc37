"""What a text's claim and finish carry, for those who call the ledger without the worker."""

import os
from typing import Any

LIMITS = "set local statement_timeout = '15s'; set local lock_timeout = '5s'; "
CLAIM = LIMITS + "select whatsapp.claim_message(%(request)s::jsonb)"
FINISH = LIMITS + "select whatsapp.finish_message(%(lease)s::jsonb, %(request)s::jsonb)"
_HASH = "0" * 64

Json = dict[str, Any]


def ids_of(body: Json) -> Json:
    """Return the ledger's key of a delivery's message."""
    return {
        "installation": "main",
        "account_id": str(body["account"]["id"]),
        "message_id": str(body["id"]),
    }


def object_name_of(body: Json) -> str:
    """Return where the message is kept."""
    return f"whatsapp-messages/2026-08-02/{body['conversation']['id']}/{body['id']}.json"


def claim_document(body: Json, published_at: str) -> Json:
    """Return what `claim_message` takes."""
    sender, conversation = body["sender"], body["conversation"]
    return {
        **ids_of(body),
        "conversation_id": str(conversation["id"]),
        "created_at": body["created_at"],
        "is_deleted": False,
        "contact": {
            "contact_id": str(sender["id"]),
            "source_id": conversation["contact_inbox"]["source_id"],
            "phone": sender["phone_number"],
            "name": sender["name"],
        },
        "content_hash": _HASH,
        "object_name": object_name_of(body),
        "fallback_owner": f"account_{body['account']['id']}",
        "source": "webhook",
        "token": os.urandom(16).hex(),
        "lease_seconds": 120,
        "published_at": published_at,
        "attachments": [],
    }


def finish_document(body: Json, bucket: str) -> Json:
    """Return what `finish_message` takes beside the lease."""
    sender = body["sender"]
    return {
        "contact_id": str(sender["id"]),
        "contact_identifier": sender["phone_number"],
        "object_path": f"gs://{bucket}/{object_name_of(body)}",
        "content": body["content"],
        "content_from_update": False,
        "is_deleted": False,
        "content_hash": _HASH,
        "attachments": [],
        "note": {
            "content": body["content"],
            "metadata": {
                "channel": "whatsapp",
                "message_created_at": body["created_at"],
                "source_id": body["source_id"],
                "sender_name": sender["name"],
                "attachments": [],
            },
            "processing_status": "stored",
            "error_details": None,
        },
    }
