"""The webhook with a broker and a spool that can be told to fail."""

from collections.abc import Mapping
from typing import Any, Final

from handlers.chatwoot_webhook import Answer, ChatwootWebhook, WebhookRequest
from handlers.domain.deliveries import InboxRules
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.signature import SenderProof, SenderRules
from handlers.domain.tracing import Trace
from tests.component.logged_lines import LoggedLines
from tests.factories import SECRET, encode, make_delivery, sign
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher
from tests.fakes.spool import FakeSpool, SpooledObject

MARKER: Final = "PLANTED-WORDS"
BODY: Final = encode(make_delivery(content=MARKER))
UNREADABLE: Final = f'{{"event": "{MARKER}'.encode()
URL_TOKEN: Final = "token-in-the-url"  # noqa: S105 - tests only
DELIVERY_ID: Final = "3f1f0a52-7c77-4c1c-9a3e-0d9b6a5d2f10"
STORE_DOWN: Final = RetryableError(RetryReason.STORAGE_UNAVAILABLE)
BROKER_DOWN: Final = RetryableError(RetryReason.PUBLISH_FAILED)


class World:
    def __init__(self, rules: SenderRules | None = None) -> None:
        self.clock = FakeClock()
        self.publisher = FakePublisher()
        self.spool = FakeSpool()
        self.log = LoggedLines()
        self._tokens = iter(f"token{number}" for number in range(99))
        self.webhook = ChatwootWebhook(
            sender_rules=rules or SenderRules(secrets=(SECRET,), url_token=URL_TOKEN),
            inbox_rules=InboxRules(),
            publisher=self.publisher,
            spool=self.spool,
            clock=self.clock,
            new_trace=lambda: Trace(trace_id="a" * 32, span_id="b" * 16),
            new_token=lambda: next(self._tokens),
            log=self.log.event_log(),
        )

    def signed(self, body: bytes) -> SenderProof:
        headers = sign(body, SECRET, int(self.clock.now().timestamp()))
        return SenderProof(
            signature=headers["X-Chatwoot-Signature"],
            timestamp=headers["X-Chatwoot-Timestamp"],
            url_token=None,
        )

    def post(self, body: bytes = BODY, proof: SenderProof | None = None) -> Answer:
        return self.webhook.receive(
            WebhookRequest(
                method="POST",
                body=body,
                proof=proof or self.signed(body),
                delivery_id=DELIVERY_ID,
                traceparent=None,
                cloud_trace_context=None,
            )
        )

    def entry(self) -> dict[str, Any]:
        (entry,) = self.log.entries
        return entry


def only(rows: Mapping[str, SpooledObject]) -> tuple[str, SpooledObject]:
    ((name, row),) = rows.items()
    return name, row


def token(value: str) -> SenderProof:
    return SenderProof(signature=None, timestamp=None, url_token=value)
