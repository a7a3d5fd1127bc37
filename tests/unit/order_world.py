"""Orders in the in-memory ledger, and those who end them and take them up, over one sender."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from handlers.domain.dialogue.deciding import decide
from handlers.domain.filing import Claimed
from handlers.domain.message_state import join
from handlers.domain.messages import MessageId
from handlers.domain.notice_templates import NoticeTemplates
from handlers.domain.orders.values import (
    Confidence,
    Intent,
    Language,
    Length,
    OrderParameters,
    Platform,
    Tone,
    Understanding,
)
from handlers.domain.outgoing import OutgoingId
from handlers.notify_ready import NotifyReady
from handlers.order_endings import OrderEndings
from handlers.sweeps.orders import OrderSweep
from handlers.sweeps.ready import ReadySweep
from tests.component.logged_lines import LoggedLines
from tests.contract.ledger_requests import claim_request, finish_request, finished
from tests.factories import make_message
from tests.fakes.clock import FakeClock
from tests.fakes.dialogue_rows import DraftRow, OrderRow
from tests.fakes.ledger import FakeLedger
from tests.fakes.ledger_rows import ContactRow
from tests.fakes.orders import FakeOrders
from tests.fakes.sending import fake_sending

USER: Final = UUID("00000000-0000-4000-8000-00000000000a")
COMPLETE: Final = OrderParameters(platform=Platform.LINKEDIN, length=Length.SHORT, tone=Tone.CASUAL)
INCOMPLETE: Final = OrderParameters(platform=Platform.LINKEDIN, length=Length.SHORT)
_CONTACT: Final = ("main", "7", "90210")


class OrderWorld:
    """Everything that a test of orders looks at."""

    def __init__(self, templates: NoticeTemplates | None = None) -> None:
        self.clock = FakeClock()
        self.ledger = FakeLedger(self.clock)
        self.tables = self.ledger.tables
        self.log = LoggedLines()
        self.orders = FakeOrders(self.tables)
        self.sending = fake_sending(self.tables)
        self.delivery = self.sending.delivery(self.clock, self.log.event_log())
        endings = OrderEndings(orders=self.orders, templates=templates or NoticeTemplates())
        self.notify = NotifyReady(
            endings=endings, outbox=self.delivery, clock=self.clock, log=self.log.event_log()
        )
        self._ready = ReadySweep(
            orders=self.orders, endings=endings, outbox=self.delivery, clock=self.clock
        )
        self._waiting = OrderSweep(orders=self.orders, outbox=self.delivery, clock=self.clock)

    def map_person(self, *, wants_notices: bool = False) -> None:
        """Let the person be a user, as the mapper does, from now on."""
        self.tables.contacts.setdefault(_CONTACT, ContactRow()).user_id = USER
        self.tables.dialogue.wants_notices[str(USER)] = wants_notices

    def order(
        self, number: int = 50001, parameters: OrderParameters = COMPLETE
    ) -> tuple[OutgoingId, ...]:
        """Let the person order; return what is to be sent for it."""
        message = make_message(message_id=MessageId(str(number)), source_id=f"wamid.{number}")
        claim = self.ledger.claim(claim_request(message))
        assert isinstance(claim, Claimed)
        understood = Understanding(
            intent=Intent.ORDER,
            confidence=Confidence.CERTAIN,
            parameters=parameters,
            subject="remote work",
            language=Language.ENGLISH,
        )
        decision = decide(
            claim.dialogue,
            message,
            "words",
            lambda: understood,
            detect_language=lambda _: Language.ENGLISH,
            now=self.clock.now(),
        )
        request = replace(finish_request(message, join(claim.state, message)), decision=decision)
        return finished(self.ledger, claim.lease, request)

    def row(self, number: int = 50001) -> OrderRow:
        return self.tables.dialogue.orders["main", "7", str(number)]

    def order_id(self, number: int = 50001) -> str:
        found = self.row(number).order_id
        assert found is not None
        return found

    def states(self) -> list[str]:
        """Where each order stands, in the order of the messages."""
        orders = self.tables.dialogue.orders
        return [orders[key].state.value for key in sorted(orders, key=lambda key: int(key[2]))]

    def draft(self, order_id: str) -> None:
        """Let the writer finish a draft."""
        drafts = self.tables.dialogue.drafts or {}
        self.tables.dialogue.drafts = drafts
        drafts[f"draft-{len(drafts)}"] = DraftRow(order_id=order_id)

    def untold(self) -> int:
        drafts = self.tables.dialogue.drafts or {}
        return sum(not draft.is_told_of for draft in drafts.values())

    def texts(self) -> list[str]:
        """What the person was sent, in that order."""
        return [str(each.document["content"]) for each in self.sending.conversations.posted]

    def sweep_ready(self, *, seconds: float = 400) -> dict[str, int]:
        return dict(self._ready.run(self.clock.monotonic() + seconds))

    def sweep_orders(self, *, seconds: float = 400) -> dict[str, int]:
        return dict(self._waiting.run(self.clock.monotonic() + seconds))
