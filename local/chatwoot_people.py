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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message on a phone."""

    message_id: int
    is_ours: bool
    text: str
    options: tuple[str, ...]
    shown_as: str | None
    """`buttons` or `list`, where it has options."""
    attachments: tuple[str, ...]
    """Their kinds."""


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

    def tap(self, conversation_id: int, title: str) -> list[Delivery]:
        """Let the contact choose an option that is on the phone; it must be there."""
        path = f"conversations/{conversation_id}/tap"
        return _deliveries(self._post(path, {"wait": True, "title": title}))

    def reply(self, conversation_id: int, message_id: int, **message: object) -> list[Delivery]:
        """Let the contact quote a message and write."""
        return self.write(conversation_id, in_reply_to=message_id, **message)

    def cancel(self, conversation_id: int, word: str = "cancelar") -> list[Delivery]:
        """Let the contact give up what was asked for."""
        return self.write(conversation_id, content=word)

    def phone(self, conversation_id: int) -> list[Bubble]:
        """Return what the contact has on the screen, oldest first."""
        answer = requests.get(
            f"{self._url}/_control/conversations/{conversation_id}/phone", timeout=_TIMEOUT_SECONDS
        )
        answer.raise_for_status()
        return [
            Bubble(
                message_id=bubble["message_id"],
                is_ours=bubble["from"] == "us",
                text=bubble["text"],
                options=tuple(bubble["options"]),
                shown_as=bubble["shown_as"],
                attachments=tuple(bubble["attachments"]),
            )
            for bubble in answer.json()["messages"]
        ]

    def approve_template(self, name: str, language: str, text: str) -> None:
        """Let WhatsApp approve a template, with {{1}} for its parameter."""
        self._post("templates", {"name": name, "language": language, "text": text})

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
