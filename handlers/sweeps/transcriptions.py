"""Sends messages with unfinished attachments through the queue again, when they are due."""

import json
import tempfile
from collections.abc import Mapping
from typing import Final

from handlers.domain.archive import archived_payload
from handlers.domain.envelope import Attributes, Source, encode_attributes
from handlers.domain.errors import InvalidPayloadError, RetryableError, RetryReason
from handlers.domain.filing import DueMessage
from handlers.ports.backlog import Backlog
from handlers.ports.broker import BatchPublisher
from handlers.ports.clock import Clock
from handlers.ports.storage import Objects
from handlers.tally import Tally

_BATCH: Final = 50
_PUBLISH_SECONDS: Final = 30.0


class TranscriptionSweep:
    """Takes the delivery from the archived message: Chatwoot need not send it again."""

    def __init__(
        self, *, backlog: Backlog, objects: Objects, publisher: BatchPublisher, clock: Clock
    ) -> None:
        self._backlog = backlog
        self._objects = objects
        self._publisher = publisher
        self._clock = clock

    def run(self, deadline: float) -> Mapping[str, int]:
        """Return how many were sent again, and how many could not be."""
        with Tally("resumed", "left") as counts:
            while self._clock.monotonic() < deadline:
                due = self._backlog.take_due_messages(batch=_BATCH)
                if not due:
                    break
                bodies = [(message, self._body(message)) for message in due]
                there = [(message, body) for message, body in bodies if body is not None]
                reasons = self._publisher.publish_all(
                    [(body, _attributes(message)) for message, body in there],
                    budget_seconds=_PUBLISH_SECONDS,
                )
                resumed = reasons.count(None)
                counts["resumed"] += resumed
                counts["left"] += len(due) - resumed
                untaken = [
                    message
                    for (message, _), reason in zip(there, reasons, strict=True)
                    if reason not in {None, RetryReason.PUBLISH_REFUSED}
                ]
                if untaken:
                    # The broker is down; they are due again at the next sweep.
                    self._backlog.return_due_messages(untaken)
                    break
        return counts

    def _body(self, message: DueMessage) -> bytes | None:
        with tempfile.TemporaryFile() as file:
            try:
                self._objects.read_into(message.bucket, message.object_name, file)
                file.seek(0)
                payload = archived_payload(file.read())
            except (RetryableError, InvalidPayloadError):
                # Due again in a while; the attachment keeps its reason.
                return None
        return None if payload is None else json.dumps(payload).encode("ascii")


def _attributes(message: DueMessage) -> dict[str, str]:
    return encode_attributes(
        Attributes(
            source=Source.RESUME,
            account_id=message.account_id,
            conversation_id=message.conversation_id,
            message_id=message.message_id,
        )
    )
