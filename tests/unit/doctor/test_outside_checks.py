"""Chatwoot and OpenAI: ok where all is well, and the one thing that is wrong where it is not."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from handlers.doctor.chatwoot_checks import ChatwootTokenCheck, ChatwootWebhookCheck
from handlers.doctor.findings import Verdict
from handlers.doctor.openai_checks import ModelCheck, ModelOffCheck
from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.doctor import ModelFacts, WebhookFacts
from tests.fakes.clock import FakeClock
from tests.unit.doctor.doctor_world import FakeChatwootHealth, FakeModels, found, verdicts

OK: Final = [Verdict.OK]
WRONG: Final = [Verdict.WRONG]
WARNING: Final = [Verdict.WARNING]
OURS: Final = "PLANTED-ours"
THEIRS: Final = "PLANTED-theirs"
URL: Final = "https://hook.example.com/"
HOOK: Final = WebhookFacts(
    url=URL, subscriptions=frozenset({"message_created", "message_updated"}), secret=OURS
)


@pytest.mark.parametrize(
    ("health", "expected", "said"),
    [
        (FakeChatwootHealth(), OK, "the token is an administrator's"),
        (
            FakeChatwootHealth(is_administrator=False),
            WRONG,
            "CHATWOOT_API_ACCESS_TOKEN is not an administrator's",
        ),
        (
            FakeChatwootHealth(is_administrator=False, is_member=False),
            WRONG,
            "CHATWOOT_API_ACCESS_TOKEN is refused",
        ),
        (FakeChatwootHealth(is_there=False), WRONG, "there is no such account"),
    ],
)
def test_the_token(health: FakeChatwootHealth, expected: list[Verdict], said: str) -> None:
    assert found(ChatwootTokenCheck(health=health, account_id="7")) == [(expected[0], said)]


def webhook_check(
    *hooks: WebhookFacts, url: str | None = URL, url_token: str | None = None
) -> ChatwootWebhookCheck:
    return ChatwootWebhookCheck(
        health=FakeChatwootHealth(hooks=hooks),
        account_id="7",
        webhook_url=url,
        secrets=("s0", OURS),
        url_token=url_token,
    )


def test_the_webhook_is_looked_for_by_its_place_and_not_by_its_query() -> None:
    assert verdicts(webhook_check(HOOK)) == OK
    assert verdicts(webhook_check(replace(HOOK, url="https://HOOK.example.com?a=1"))) == OK
    assert verdicts(webhook_check(replace(HOOK, url="https://other.example.com/"))) == WRONG
    assert verdicts(webhook_check()) == WRONG
    assert verdicts(webhook_check(HOOK, url=None)) == WARNING
    assert verdicts(webhook_check(HOOK, HOOK)) == WARNING


def test_the_webhook_has_the_events_and_a_secret_that_we_know() -> None:
    created = frozenset({"message_created"})
    assert found(webhook_check(replace(HOOK, subscriptions=created))) == [
        (Verdict.WRONG, "is not subscribed to message_updated")
    ]
    strange = webhook_check(replace(HOOK, secret=THEIRS))
    assert verdicts(strange) == WRONG
    assert THEIRS not in str(strange.run())
    assert "secrets" not in repr(strange)


def test_before_chatwoot_had_secrets_the_url_carries_our_token() -> None:
    old = replace(HOOK, secret=None)

    assert verdicts(webhook_check(old, url_token=OURS)) == WRONG
    assert (
        verdicts(webhook_check(replace(old, url=f"{URL}?token={THEIRS}"), url_token=OURS)) == WRONG
    )
    assert verdicts(webhook_check(replace(old, url=f"{URL}?token={OURS}"), url_token=OURS)) == OK


def test_a_webhook_that_cannot_be_read_is_said_to_depend_on_the_token() -> None:
    check = ChatwootWebhookCheck(
        health=FakeChatwootHealth(is_administrator=False),
        account_id="7",
        webhook_url=URL,
        secrets=(OURS,),
        url_token=None,
    )

    assert found(check) == [(Verdict.WRONG, "could not be read with this token")]


@pytest.mark.parametrize(
    ("shutdown", "expected"),
    [
        (None, OK),
        (date(2027, 2, 26), OK),
        (date(2026, 11, 1), OK),
        (date(2026, 10, 31), WARNING),
        (date(2026, 8, 3), WARNING),
        (date(2026, 8, 2), WRONG),
    ],
)
def test_the_model_warns_ninety_days_before_its_end(
    shutdown: date | None, expected: list[Verdict]
) -> None:
    models = FakeModels({"m": ModelFacts(shutdown_date=shutdown)})

    assert verdicts(model_check(models)) == expected


def test_a_model_that_is_switched_off_is_the_operators_choice() -> None:
    assert found(ModelOffCheck(variable="OPENAI_INTENT_MODEL")) == [
        (Verdict.OK, "OPENAI_INTENT_MODEL is off: the rules decide alone")
    ]


def model_check(models: FakeModels) -> ModelCheck:
    return ModelCheck(
        catalogue=models, model="m", variable="OPENAI_TRANSCRIBE_MODEL", clock=FakeClock()
    )


def test_a_model_that_is_not_there_and_a_key_that_is_refused() -> None:
    assert found(model_check(FakeModels({}))) == [(Verdict.WRONG, "our key has no such model")]
    refused = FakeModels({}, RetryableError(RetryReason.TRANSCRIPTION_REFUSED))
    assert found(model_check(refused)) == [(Verdict.WRONG, "OPENAI_API_KEY is refused")]
    with pytest.raises(RetryableError, match="transcription_unavailable"):
        model_check(FakeModels({}, RetryableError(RetryReason.TRANSCRIPTION_UNAVAILABLE))).run()
