"""Distinct deliveries by the thousand, after one that Chatwoot really sent."""

import base64
import copy
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.http_client import post_request
from local.chatwoot.signature import signed_headers

_SAMPLE = Path(__file__).parent.parent / "tests" / "samples" / "chatwoot" / "01_raw_body.bin"
_TEMPLATE: dict[str, Any] = json.loads(_SAMPLE.read_bytes())
ACCOUNT_ID = "7"
CONTENT = "Call Ana on Tuesday about the launch; she has the numbers."
CREATED_AT = "2026-08-02T09:00:00.482000+00:00"
PUBLISHED_AT = "2026-08-02T09:00:01.123000+00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes; their conversation has their own number."""

    number: int

    @property
    def contact_id(self) -> str:
        """Chatwoot's id of the contact."""
        return str(self.number)

    @property
    def phone(self) -> str:
        """An E.164 number that nobody has."""
        return f"+1555{self.number:09d}"

    @property
    def name(self) -> str:
        """What Chatwoot calls them."""
        return f"Person {self.number}"


def delivery_body(message_id: int, person: Person, **overrides: object) -> bytes:
    """Return a text message's webhook body, with top-level keys replaced."""
    delivery = copy.deepcopy(_TEMPLATE)
    identity = {
        "id": person.number,
        "name": person.name,
        "phone_number": person.phone,
    }
    conversation = delivery["conversation"]
    conversation["id"] = person.number
    conversation["contact_inbox"] |= {
        "contact_id": person.number,
        "source_id": person.phone.removeprefix("+"),
    }
    conversation["messages"][0] |= {
        "id": message_id,
        "content": CONTENT,
        "conversation_id": person.number,
        "sender_id": person.number,
    }
    conversation["messages"][0]["sender"] |= identity
    conversation["meta"]["sender"] |= identity
    delivery["sender"] |= identity
    delivery |= {"id": message_id, "content": CONTENT, "source_id": f"wamid.BENCH{message_id:020d}"}
    delivery |= overrides
    return json.dumps(delivery, separators=(",", ":")).encode("ascii")


def signed_request(body: bytes, *, message_id: int, secret: str) -> bytes:
    """Return a body as the request that Chatwoot sends, with the trace that Cloud Run adds."""
    delivery_id = f"00000000-0000-4000-8000-{message_id:012d}"
    headers = signed_headers(
        body, secret=secret, timestamp=int(time.time()), delivery_id=delivery_id
    )
    return post_request(body, headers | {"traceparent": _traceparent(message_id)})


def push_request(body: bytes, *, message_id: int, person: Person) -> bytes:
    """Return a body as the request with which the push subscription delivers it."""
    envelope = {
        "message": {
            "attributes": {
                "v": "1",
                "source": "webhook",
                "event": "message_created",
                "account_id": ACCOUNT_ID,
                "conversation_id": person.contact_id,
                "message_id": str(message_id),
                "delivery_id": f"00000000-0000-4000-8000-{message_id:012d}",
                "received_at": PUBLISHED_AT,
                "traceparent": _traceparent(message_id),
            },
            "data": base64.b64encode(body).decode("ascii"),
            "messageId": str(message_id),
            "publishTime": PUBLISHED_AT,
        },
        "subscription": "projects/local-project/subscriptions/process-message",
        "deliveryAttempt": 1,
    }
    return post_request(json.dumps(envelope).encode("ascii"), {"User-Agent": "APIs-Google"})


def _traceparent(message_id: int) -> str:
    return f"00-{message_id:032x}-{message_id:016x}-01"
