"""Every request that our code makes of Chatwoot, on the wire, is one that Chatwoot publishes."""

import itertools
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from handlers.clients.chatwoot_conversations import ChatwootConversations
from handlers.clients.chatwoot_health import ChatwootAccounts
from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.clients.chatwoot_messages import ChatwootMessages
from handlers.domain.dialogue.notices import Failure, failure_notice
from handlers.domain.dialogue.questions import question_document
from handlers.domain.dialogue.values import AskedField
from handlers.domain.dialogue.waiting import OrderId, OrderOutcome, PlacedOrder
from handlers.domain.errors import PipelineError, RetryableError
from handlers.domain.json_values import JsonObject
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.notice_templates import NoticeTemplate, NoticeTemplates
from handlers.domain.orders.values import Language
from handlers.domain.outgoing import OutgoingId, OutgoingKind, TakenOutgoing
from handlers.domain.ready import outcome_notice
from handlers.wiring.instance import SystemClock
from tests.contract.chatwoot_openapi import DOCUMENT, check, is_valid_message, operations
from tests.contract.recorded_chatwoot import RecordedChatwoot, run_recorder
from tests.local.chatwoot_server import ADMINISTRATOR, BOT, Chatwoot, run_chatwoot

TLS = ssl.create_default_context()
ITEM = {"title": "Blog", "value": "blog"}
TEMPLATE = NoticeTemplates(ready=(NoticeTemplate(name="content_ready", language="pt_BR"),))
QUESTION = question_document(AskedField.TONE, Language.ENGLISH, shows_options=True)


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot")) as running:
        yield running


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Our clients, with a recorder between them and Chatwoot."""

    chatwoot: Chatwoot
    recorded: RecordedChatwoot
    undo: ExitStack
    person: dict[str, int]

    def http(self, token: str = ADMINISTRATOR) -> ChatwootHttp:
        made = ChatwootHttp(self.recorded.url, token, clock=SystemClock(), tls=TLS)
        return self.undo.enter_context(closing(made))

    def messages(self, token: str = BOT) -> ChatwootMessages:
        return ChatwootMessages(sending=self.http(token), reading=self.http(), clock=SystemClock())

    def taken(self, document: JsonObject, conversation_id: str | None = None) -> TakenOutgoing:
        return TakenOutgoing(
            outgoing_id=OutgoingId(1),
            fence=1,
            account_id=AccountId("7"),
            conversation_id=ConversationId(conversation_id or str(self.person["conversation_id"])),
            message_id=MessageId("1"),
            kind=OutgoingKind.MESSAGE,
            document=document,
            correlation_id="c0ffee" * 5,
            attempts=1,
            is_unknown=False,
            refusals=0,
            last_reason=None,
            created_at=datetime(2020, 1, 1, tzinfo=UTC),
        )

    def post(self, document: JsonObject) -> None:
        self.messages().post(self.taken(document), budget_seconds=5)

    def calls(self) -> set[str]:
        """Check everything that was said, and return which calls they were."""
        assert self.recorded.exchanges
        return {check(exchange) for exchange in self.recorded.exchanges}


@pytest.fixture
def wire(chatwoot: Chatwoot) -> Iterator[Wire]:
    with ExitStack() as undo:
        recorded = undo.enter_context(run_recorder(chatwoot.url))
        yield Wire(chatwoot=chatwoot, recorded=recorded, undo=undo, person=chatwoot.contact())
        chatwoot.control("faults", method="DELETE")
        chatwoot.control("rate-limit", {"per_minute": None})


def outcome_document(outcome: OrderOutcome, language: Language, *, is_template: bool) -> JsonObject:
    order = PlacedOrder(
        account_id=AccountId("7"),
        conversation_id=ConversationId("118"),
        order_message_id=MessageId("50001"),
        order_id=OrderId("0ab1c2d3-0000-4000-8000-000000000001"),
        language=language,
    )
    notice = outcome_notice(order, outcome, TEMPLATE)
    if not is_template:
        return notice.document
    assert notice.template is not None
    return notice.template


OUTGOING: dict[str, JsonObject] = {
    **{
        f"{asked}-{language}-{'options' if shows else 'text'}": question_document(
            asked, language, shows_options=shows
        )
        for asked, language, shows in itertools.product(AskedField, Language, (True, False))
    },
    **{
        f"{failure}-{language}": failure_notice(MessageId("1"), language, failure).document
        for failure, language in itertools.product(Failure, Language)
    },
    **{
        f"{outcome}-{language}": outcome_document(outcome, language, is_template=False)
        for outcome, language in itertools.product(OrderOutcome, Language)
    },
    "ready-template": outcome_document(OrderOutcome.READY, Language.PORTUGUESE, is_template=True),
}


def test_the_excerpt_is_made_of_schemas() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", OUTGOING)
def test_what_we_send_is_taken_and_is_as_published(wire: Wire, name: str) -> None:
    wire.post(OUTGOING[name])

    assert wire.calls() == {"create-a-new-message-in-a-conversation"}
    (exchange,) = wire.recorded.exchanges
    assert exchange.status == 200
    assert exchange.headers["Api-Access-Token"] == BOT


def test_everything_else_that_we_ask_is_as_published(wire: Wire) -> None:
    conversation_id = ConversationId(str(wire.person["conversation_id"]))
    for number in range(25):
        wire.chatwoot.incoming(int(conversation_id), content=f"line {number}", fire=False)
    reader = ChatwootConversations(wire.http())
    accounts = ChatwootAccounts(wire.http())

    assert wire.messages().find(wire.taken(QUESTION), budget_seconds=5) is None
    assert reader.page("7", 1)
    assert reader.updated_within("7", 600)
    assert reader.messages_after("7", conversation_id, 1)
    assert reader.messages_before("7", conversation_id, 10**9)
    assert reader.messages_before("7", conversation_id, None)
    assert reader.source_id("7", str(wire.person["contact_id"]), str(wire.person["inbox_id"]))
    assert accounts.can_read("7")
    assert accounts.webhooks("7") is not None
    wire.post(QUESTION)

    # Nothing stands in the excerpt that nobody calls.
    assert wire.calls() == operations()


BAD_ITEMS: JsonObject = {
    "content": "Which?",
    "content_type": "input_select",
    "content_attributes": {"items": [{**ITEM, "description": "long"}]},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A message that Chatwoot does not take."""

    status: int
    document: JsonObject
    conversation_id: str | None = None
    token: str = BOT


@pytest.mark.parametrize(
    "case",
    [
        Refused(status=401, document=QUESTION, token="wrong"),  # noqa: S106 - no real one
        Refused(status=404, document=QUESTION, conversation_id="424242"),
        Refused(status=422, document=BAD_ITEMS),
    ],
    ids=lambda case: str(case.status),
)
def test_a_refusal_is_answered_as_published(wire: Wire, case: Refused) -> None:
    taken = wire.taken(case.document, case.conversation_id)

    with pytest.raises(PipelineError):
        wire.messages(case.token).post(taken, budget_seconds=5)

    (exchange,) = wire.recorded.exchanges
    assert exchange.status == case.status
    if is_valid_message(case.document):
        assert check(exchange) == "create-a-new-message-in-a-conversation"
    else:
        assert case.status == 422


def test_too_many_requests_are_answered_as_published(wire: Wire) -> None:
    wire.chatwoot.control("rate-limit", {"per_minute": 0})

    with pytest.raises(RetryableError):
        wire.post(QUESTION)

    (exchange,) = wire.recorded.exchanges
    assert exchange.status == 429
    assert check(exchange) == "create-a-new-message-in-a-conversation"


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"content": ""},
        {"content": 5},
        {"content": "x", "private": "yes"},
        {"content": "x", "message_type": "activity"},
        {"content": "x", "source_id": "wamid.1"},
        {"content": "x", "content_type": "unknown"},
        {"content": "x", "content_type": "input_select"},
        {"content": "x", "content_type": "input_select", "content_attributes": {"items": []}},
        {
            "content": "x",
            "content_type": "input_select",
            "content_attributes": {"items": [{**ITEM, "id": 1}]},
        },
        {"content": "x", "template_params": {"name": "content_ready"}},
    ],
    ids=repr,
)
def test_the_excerpt_tells_a_wrong_message_from_a_right_one(document: JsonObject) -> None:
    assert not is_valid_message(document)
    assert is_valid_message({"content": "x"})
