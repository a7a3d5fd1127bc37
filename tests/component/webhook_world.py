"""The webhook function with a fake broker behind it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from handlers.chatwoot_webhook import ChatwootWebhook
from handlers.domain.deliveries import InboxRules
from handlers.domain.signature import SenderRules
from handlers.domain.tracing import Trace
from tests.component.applications import function_client
from tests.component.logged_lines import LoggedLines
from tests.factories import SECRET, encode, make_delivery, sign
from tests.fakes.clock import FakeClock
from tests.fakes.publisher import FakePublisher
from tests.fakes.spool import FakeSpool

DELIVERY_ID = "3f1f0a52-7c77-4c1c-9a3e-0d9b6a5d2f10"
NEW_TRACE = Trace(trace_id="a" * 32, span_id="b" * 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWorld:
    """Everything a test of the webhook looks at."""

    client: FlaskClient
    publisher: FakePublisher
    spool: FakeSpool
    clock: FakeClock
    log: LoggedLines

    def timestamp(self) -> int:
        return int(self.clock.now().timestamp())

    def post(self, body: bytes, headers: dict[str, str] | None = None) -> TestResponse:
        """Post a body, signed unless headers are given."""
        signed = {**sign(body, SECRET, self.timestamp()), "X-Chatwoot-Delivery": DELIVERY_ID}
        return self.client.post("/", data=body, headers=signed if headers is None else headers)

    def post_delivery(self, **overrides: object) -> TestResponse:
        return self.post(encode(make_delivery(**overrides)))


def make_webhook_world(
    monkeypatch: pytest.MonkeyPatch,
    *,
    rules: SenderRules | None = None,
    inbox_ids: Iterable[str] = (),
) -> WebhookWorld:
    """Build the function with fakes."""
    publisher, clock, log = FakePublisher(), FakeClock(), LoggedLines()
    spool = FakeSpool()
    webhook = ChatwootWebhook(
        sender_rules=rules or SenderRules(secrets=(SECRET,)),
        inbox_rules=InboxRules(inbox_ids=frozenset(inbox_ids)),
        publisher=publisher,
        spool=spool,
        clock=clock,
        new_trace=lambda: NEW_TRACE,
        new_token=lambda: "token",
        log=log.event_log(),
    )
    client = function_client(monkeypatch, "chatwoot_webhook", lambda: webhook)
    return WebhookWorld(client=client, publisher=publisher, spool=spool, clock=clock, log=log)


def answer(response: TestResponse) -> dict[str, object]:
    """Return the answer's document."""
    assert response.mimetype == "application/json"
    document: dict[str, object] = json.loads(response.data)
    return document
