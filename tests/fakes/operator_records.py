"""The records as an operator asks for them, in memory."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from handlers.domain.json_values import JsonObject
from handlers.domain.operator_records import (
    OPEN,
    KeptLetter,
    LetterCount,
    LetterList,
    LetterSelection,
    ReplayDelivery,
    ReplayPosition,
)
from tests.fakes.clock import START
from tests.fakes.failing import FailingPort


class FakeOperatorRecords(FailingPort):
    """Selects as the database does."""

    def __init__(self, now: datetime = START) -> None:
        super().__init__()
        self.kept: dict[str, KeptLetter] = {}
        self.messages: list[JsonObject] = []
        self.hours: list[JsonObject] = []
        self.waiting: dict[str, int] = {}
        self._now = now

    def list_dead_letters(self, selection: LetterSelection, *, limit: int) -> LetterList:
        with self._call("list_dead_letters"):
            found = self._selected(selection)[::-1]
            counts = Counter((k.summary.reason, k.summary.state) for k in found)
            return LetterList(
                counts=tuple(
                    LetterCount(reason=reason, state=state, letters=number)
                    for (reason, state), number in counts.most_common()
                ),
                letters=tuple(k.summary for k in found[:limit]),
            )

    def read_dead_letter(self, key: str) -> KeptLetter | None:
        with self._call("read_dead_letter"):
            return self.kept.get(key)

    def take_dead_letters(
        self, selection: LetterSelection, after: ReplayPosition | None, *, batch: int
    ) -> list[ReplayDelivery]:
        with self._call("take_dead_letters"):
            beyond = [
                kept
                for kept in self._selected(replace(selection, state=OPEN))
                if after is None
                or (kept.summary.first_seen_at, kept.summary.key) > (after.first_seen_at, after.key)
            ][:batch]
            for kept in beyond:
                summary = replace(kept.summary, replays=kept.summary.replays + 1)
                self.kept[summary.key] = replace(kept, summary=summary)
            return [
                ReplayDelivery(
                    position=ReplayPosition(
                        first_seen_at=kept.summary.first_seen_at, key=kept.summary.key
                    ),
                    payload=kept.payload,
                    attributes=kept.attributes,
                )
                for kept in beyond
            ]

    def find_message(
        self, message_id: str, account_id: str | None, *, with_content: bool
    ) -> list[JsonObject]:
        with self._call(f"find_message {with_content}"):
            return [
                message
                for message in self.messages
                if message["message_id"] == message_id
                and account_id in {None, message["account_id"]}
            ]

    def loss(self, hours: int) -> list[JsonObject]:
        with self._call(f"loss {hours}"):
            return self.hours

    def waiting_work(self) -> dict[str, int]:
        with self._call("waiting_work"):
            return self.waiting

    def _selected(self, selection: LetterSelection) -> list[KeptLetter]:
        wanted = {
            name: getattr(selection, name)
            for name in ("state", "key", "reason", "account_id", "message_id")
            if getattr(selection, name) is not None
        }
        older, newer = selection.older_than_seconds, selection.newer_than_seconds
        found = [
            kept
            for kept in self.kept.values()
            if all(getattr(kept.summary, name) == value for name, value in wanted.items())
            and (older is None or self._age(kept) >= older)
            and (newer is None or self._age(kept) < newer)
        ]
        return sorted(found, key=lambda kept: (kept.summary.first_seen_at, kept.summary.key))

    def _age(self, kept: KeptLetter) -> float:
        return (self._now - kept.summary.first_seen_at).total_seconds()
