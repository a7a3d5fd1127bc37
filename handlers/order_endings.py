"""Ends orders that the writer is done with, and keeps what their people are told of it."""

from dataclasses import dataclass

from handlers.domain.dialogue.waiting import PlacedOrder
from handlers.domain.notice_templates import NoticeTemplates
from handlers.domain.outgoing import OutgoingId
from handlers.domain.ready import OutcomeReport, outcome_notice
from handlers.ports.orders import Orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """An order that has ended, by this report or by an earlier one."""

    order: PlacedOrder
    to_send: tuple[OutgoingId, ...]


class OrderEndings:
    """The one way for what the topic says and for what a sweep finds; repeating it is harmless."""

    def __init__(self, *, orders: Orders, templates: NoticeTemplates) -> None:
        self._orders = orders
        self._templates = templates

    def record(self, report: OutcomeReport) -> Ending | None:
        """End an order; None where it is none of ours.

        Raises:
            RetryableError: the database cannot be read or written now.
        """
        order = self._orders.find_placed(report.order_id)
        if order is None:
            return None
        notice = outcome_notice(order, report.outcome, self._templates)
        to_send = self._orders.record_outcome(report.order_id, report.outcome, notice)
        return Ending(order=order, to_send=to_send)
