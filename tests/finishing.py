"""The end of an attempt as it is deployed without a model: by the rules alone."""

from handlers.domain.orders.languages import detect_language
from handlers.domain.orders.understanding import understand
from handlers.logs import EventLog
from handlers.message_finishing import MessageFinishing
from handlers.ports.clock import Clock
from handlers.ports.intents import IntentModel
from handlers.ports.ledger import Ledger
from handlers.understanding import Understander


def finishing(
    ledger: Ledger, clock: Clock, log: EventLog, *, model: IntentModel | None = None
) -> MessageFinishing:
    return MessageFinishing(
        ledger=ledger,
        understander=Understander(rules=understand, model=model, clock=clock, log=log),
        detect_language=detect_language,
        clock=clock,
    )
