"""Ends an attempt: decides what the message was, and writes everything in one transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from handlers.domain.dialogue.deciding import decide
from handlers.domain.dialogue.values import Decision, DialogueFacts
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.filing import Claimed, FinishRequest, Stale
from handlers.domain.message_state import MessageState, content_hash
from handlers.domain.messages import Message
from handlers.domain.notes import compose_note, spoken_words
from handlers.domain.orders.values import Language, Understanding
from handlers.domain.outgoing import OutgoingId
from handlers.domain.tracing import Trace
from handlers.ports.clock import Clock
from handlers.ports.ledger import Ledger
from handlers.understanding import MODEL_SECONDS, Understander

# A person would have to answer that often while one message is being finished.
_MAX_DECISIONS: Final = 3
# Kept of the attempt's time for the writing itself.
_FINISH_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What an attempt has come to."""

    claimed: Claimed
    message: Message
    state: MessageState
    object_path: str
    trace: Trace | None
    deadline: float
    """Monotonic seconds."""


class MessageFinishing:
    """Safe to call from several threads."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        understander: Understander,
        detect_language: Callable[[str], Language | None],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._understander = understander
        self._detect_language = detect_language
        self._clock = clock

    def finish(self, ending: Ending) -> tuple[OutgoingId, ...]:
        """Write the end of the attempt and return what is to be sent now.

        Raises:
            RetryableError: it could not be written now, or its dialogue moved under it each time.
        """
        words = spoken_words(ending.state)

        @cache
        def understanding() -> Understanding:
            return self._understand(words or "", ending)

        facts = ending.claimed.dialogue
        for _ in range(_MAX_DECISIONS):
            decision = self._decide(facts, ending, words, understanding)
            written = self._ledger.finish(ending.claimed.lease, _request(ending, decision))
            if not isinstance(written, Stale):
                return written
            facts = written.facts
        raise RetryableError(RetryReason.DIALOGUE_STALE)

    def _decide(
        self,
        facts: DialogueFacts,
        ending: Ending,
        words: str | None,
        understanding: Callable[[], Understanding],
    ) -> Decision | None:
        if facts.role is not None or ending.state.pending:
            # Decided before; or there are more words to come, which belong to what it says.
            return None
        return decide(
            facts,
            ending.message,
            words,
            understanding,
            detect_language=self._detect_language,
            now=self._clock.now(),
        )

    def _understand(self, words: str, ending: Ending) -> Understanding:
        remaining = ending.deadline - self._clock.monotonic() - _FINISH_SECONDS
        return self._understander.understand(
            words,
            budget_seconds=min(MODEL_SECONDS, remaining),
            trace=ending.trace,
            account_id=ending.message.account_id,
            conversation_id=ending.message.conversation_id,
            message_id=ending.message.message_id,
        )


def _request(ending: Ending, decision: Decision | None) -> FinishRequest:
    return FinishRequest(
        message=ending.message,
        state=ending.state,
        content_hash=content_hash(ending.state),
        note=compose_note(ending.state, ending.message),
        object_path=ending.object_path,
        decision=decision,
    )
