"""What can be answered to each question, in the order in which it is offered."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, TypeAlias

from handlers.domain.dialogue.values import AskedField
from handlers.domain.orders.values import Length, OrderParameters, Platform, Tone, Topic

Option: TypeAlias = Platform | Length | Tone | Topic

OPTIONS: Final[Mapping[AskedField, tuple[Option, ...]]] = {
    AskedField.PLATFORM: tuple(Platform),
    AskedField.LENGTH: tuple(Length),
    AskedField.TONE: tuple(Tone),
    AskedField.TOPIC: tuple(Topic),
}


def with_option(parameters: OrderParameters, option: Option) -> OrderParameters:
    """Return the parameters with one of them chosen."""
    match option:
        case Platform():
            return replace(parameters, platform=option)
        case Length():
            return replace(parameters, length=option)
        case Tone():
            return replace(parameters, tone=option)
        case _:
            return replace(parameters, topic=option)
