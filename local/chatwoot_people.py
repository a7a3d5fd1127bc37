"""Plays the people around the local Chatwoot: customers who write, agents who answer."""

from dataclasses import dataclass
from typing import Any

import requests

_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook that Chatwoot sent, and what it was told."""

    message_id: str
    event: str
    http_status: int | None
    answer: str
    seconds: float
    sent_at: float


class ChatwootPeople:
    """Speaks to the control API of one local Chatwoot."""

    def __init__(self, url: str) -> None:
        self._url = url

    def add_person(
        self, name: str, *, phone: str | None = None, channel: str = "whatsapp"
    ) -> dict[str, Any]:
        """Add a contact with a conversation and return their ids."""
        return self._post("contacts", {"name": name, "phone_number": phone, "channel": channel})

    def write(self, conversation_id: int, **message: object) -> list[Delivery]:
        """Let the conversation's contact write; return the deliveries once they were answered."""
        path = f"conversations/{conversation_id}/incoming"
        return _deliveries(self._post(path, {"wait": True, **message}))

    def begin_to_write(self, conversation_id: int, **message: object) -> str:
        """Let the contact write and return the message's id without waiting for its webhook."""
        path = f"conversations/{conversation_id}/incoming"
        return str(self._post(path, {"wait": False, **message})["message_id"])

    def deliveries(self) -> tuple[list[Delivery], int]:
        """Return every webhook that was sent, and how many are still on their way."""
        answer = requests.get(f"{self._url}/_control/deliveries", timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return _deliveries(found), int(found["pending"])

    def answer(self, conversation_id: int, **message: object) -> list[Delivery]:
        """Let an agent write; return the deliveries once they were answered."""
        path = f"conversations/{conversation_id}/outgoing"
        return _deliveries(self._post(path, {"wait": True, **message}))

    def update(self, message_id: str, **change: object) -> list[Delivery]:
        """Change a message: delete it, or fill in Chatwoot's own transcript."""
        return _deliveries(self._post(f"messages/{message_id}/update", {"wait": True, **change}))

    def deliver_again(self, message_id: str, **how: object) -> list[Delivery]:
        """Send a message's webhook once more, with a wrong secret or an old time if wanted."""
        return _deliveries(self._post("deliver", {"message_id": int(message_id), **how}))

    def _post(self, path: str, order: dict[str, object]) -> dict[str, Any]:
        answer = requests.post(f"{self._url}/_control/{path}", json=order, timeout=_TIMEOUT_SECONDS)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def _deliveries(answer: dict[str, Any]) -> list[Delivery]:
    return [
        Delivery(
            message_id=str(sent["message_id"]),
            event=sent["event"],
            http_status=sent["status"],
            answer=sent["response_body"] or sent["error"] or "",
            seconds=sent["seconds"],
            sent_at=sent["sent_at"],
        )
        for sent in answer["deliveries"]
    ]
