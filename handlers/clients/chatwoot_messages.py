"""Writes messages into Chatwoot's conversations, and finds again what was written."""

from datetime import timedelta
from http import HTTPStatus
from typing import Final

from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.domain.errors import (
    ChatwootRefusedError,
    ChatwootUnsentError,
    InvalidPayloadError,
    OutcomeUnknownError,
    RetryableError,
    RetryReason,
    SendReason,
    SendRefusedError,
)
from handlers.domain.json_values import JsonObject, child, identifier, number, text, timestamp
from handlers.domain.outgoing import TakenOutgoing
from handlers.domain.undelivered import CORRELATION_KEY
from handlers.ports.clock import Clock

# Chatwoot's clock and the database's may differ by this much.
_CLOCKS_DIFFER: Final = timedelta(minutes=5)
# Answered before anything is stored.
_NOT_STORED: Final = frozenset({RetryReason.CHATWOOT_THROTTLED, RetryReason.CHATWOOT_FORBIDDEN})


class ChatwootMessages:
    """Sends with one token and reads with another: a bot may write, but not read."""

    def __init__(self, *, sending: ChatwootHttp, reading: ChatwootHttp, clock: Clock) -> None:
        self._sending = sending
        self._reading = reading
        self._clock = clock

    def post(self, taken: TakenOutgoing, *, budget_seconds: float) -> str:
        """Send a message once and return its id.

        Raises:
            SendRefusedError: it cannot be sent, ever.
            OutcomeUnknownError: it may have been stored.
            RetryableError: it surely was not stored, and may be later.
        """
        path = _path(taken)
        marked = child(taken.document, "content_attributes") | {
            CORRELATION_KEY: taken.correlation_id
        }
        document = taken.document | {"content_attributes": marked}
        try:
            answer = self._sending.post(path, document, budget_seconds=budget_seconds)
        except ChatwootRefusedError as error:
            raise _refusal(error.http_status) from error
        except ChatwootUnsentError:
            raise
        except RetryableError as error:
            if error.reason in _NOT_STORED:
                raise
            raise OutcomeUnknownError(error.reason, retry_after=error.retry_after) from error
        message_id = identifier(answer, "id")
        if message_id is None:
            raise OutcomeUnknownError(RetryReason.CHATWOOT_UNAVAILABLE)
        return message_id

    def find(self, taken: TakenOutgoing, *, budget_seconds: float) -> str | None:
        """Read the conversation back to before the row was written.

        Raises:
            SendRefusedError: there is no such conversation.
            RetryableError: it could not be read back that far.
        """
        path, params = _path(taken), dict[str, object]()
        deadline = self._clock.monotonic() + budget_seconds
        while True:
            remaining = deadline - self._clock.monotonic()
            page = self._page(path, params, remaining)
            for message in page:
                marked = child(message, "content_attributes")
                if text(marked, CORRELATION_KEY) == taken.correlation_id:
                    return identifier(message, "id")
            if not page or _is_older(page, taken):
                return None
            params = {"before": _oldest_id(page, params)}

    def _page(
        self, path: str, params: dict[str, object], budget_seconds: float
    ) -> list[JsonObject]:
        try:
            answer = self._reading.get(path, params, budget_seconds=budget_seconds)
        except ChatwootRefusedError as error:
            if error.http_status == HTTPStatus.NOT_FOUND:
                raise SendRefusedError(SendReason.CONVERSATION_GONE) from error
            raise RetryableError(RetryReason.CHATWOOT_REFUSED) from error
        payload = answer.get("payload")
        if not isinstance(payload, list) or not all(isinstance(each, dict) for each in payload):
            raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
        return payload


def _path(taken: TakenOutgoing) -> str:
    # Whoever posts to the webhook names the conversation; only a number leads nowhere else.
    for each in (taken.account_id, taken.conversation_id):
        if not (each.isascii() and each.isdigit()):
            raise SendRefusedError(SendReason.CONVERSATION_GONE)
    return f"/api/v1/accounts/{taken.account_id}/conversations/{taken.conversation_id}/messages"


def _refusal(status: int) -> Exception:
    match status:
        case HTTPStatus.NOT_FOUND:
            return SendRefusedError(SendReason.CONVERSATION_GONE)
        case HTTPStatus.BAD_REQUEST:
            return SendRefusedError(SendReason.SEND_REFUSED)
        case _:
            # Chatwoot turns every error inside its creation into a 422, also after the row is in.
            return OutcomeUnknownError(RetryReason.CHATWOOT_REFUSED)


def _is_older(page: list[JsonObject], taken: TakenOutgoing) -> bool:
    try:
        times = [found for each in page if (found := timestamp(each, "created_at")) is not None]
    except InvalidPayloadError as error:
        raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE) from error
    return bool(times) and min(times) < taken.created_at - _CLOCKS_DIFFER


def _oldest_id(page: list[JsonObject], params: dict[str, object]) -> int:
    ids = [int(found) for each in page if (found := number(each, "id")) is not None]
    if not ids or min(ids) == params.get("before"):
        # It would be asked for the same page for ever.
        raise RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
    return min(ids)
