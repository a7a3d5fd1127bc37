"""Gives up deliveries for good, each kept whole, and closes them once their replay went well."""

from handlers.domain.envelope import (
    Attributes,
    Envelope,
    Source,
    delivery_key,
    encode_attributes,
)
from handlers.domain.errors import PermanentReason
from handlers.domain.filing import DeadLetter, Lease
from handlers.domain.messages import Message
from handlers.ports.ledger import Ledger


class Burials:
    """One deployment's dead letters, as the worker writes them."""

    def __init__(self, *, installation: str, ledger: Ledger) -> None:
        self._installation = installation
        self._ledger = ledger

    def bury(
        self, envelope: Envelope, reason: str, *, message: Message | None, lease: Lease | None
    ) -> None:
        """Keep a delivery, and mark its message dead where the lease still holds.

        Raises:
            RetryableError: the database did not take it, or the lease was lost.
        """
        self._ledger.bury(
            DeadLetter(
                installation=self._installation,
                key=delivery_key(envelope.body, envelope.attributes),
                reason=reason,
                payload=envelope.body,
                attributes=encode_attributes(envelope.attributes),
                delivery_attempt=envelope.delivery_attempt,
                message=message,
                published_at=envelope.published_at,
                lease=lease,
            )
        )

    def bury_unreadable(self, push_body: bytes) -> None:
        """Keep a push request that is no envelope of ours."""
        attributes = Attributes()
        self._ledger.bury(
            DeadLetter(
                installation=self._installation,
                key=delivery_key(push_body, attributes),
                reason=PermanentReason.ENVELOPE_INVALID.value,
                payload=push_body,
                attributes=encode_attributes(attributes),
                delivery_attempt=None,
                message=None,
                published_at=None,
            )
        )

    def close_replayed(self, envelope: Envelope) -> None:
        """Close the dead letter whose replay this is."""
        # By its key: one that is ignored, or could not be read before, names no message.
        if envelope.attributes.source is Source.REPLAY:
            self._ledger.close_dead_letter(
                self._installation, delivery_key(envelope.body, envelope.attributes)
            )
