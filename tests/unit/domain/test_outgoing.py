"""What becomes of something that is to be sent, as pure decisions."""

from datetime import UTC, datetime
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.errors import OutcomeUnknownError, RetryableError, RetryReason
from handlers.domain.messages import AccountId, ConversationId, MessageId
from handlers.domain.outgoing import (
    OutgoingId,
    OutgoingKind,
    OutgoingState,
    Settlement,
    TakenOutgoing,
    after_failed_look,
    after_failed_send,
    correlation_id,
    exhausted,
    is_exhausted,
)

REASONS: Final = st.sampled_from(RetryReason)
JITTER: Final = st.floats(0, 1, exclude_max=True)


def taken(attempts: int = 1, last_reason: str | None = None, *, refusals: int = 0) -> TakenOutgoing:
    return TakenOutgoing(
        outgoing_id=OutgoingId(1),
        fence=1,
        account_id=AccountId("7"),
        conversation_id=ConversationId("118"),
        message_id=MessageId("50001"),
        kind=OutgoingKind.MESSAGE,
        document={"content": "PLANTED"},
        correlation_id="c0ffee",
        attempts=attempts,
        refusals=refusals,
        is_unknown=False,
        last_reason=last_reason,
        created_at=datetime(2026, 8, 2, tzinfo=UTC),
    )


@given(REASONS, st.integers(1, 60), JITTER, st.none() | st.floats(0, 1e6))
def test_whatever_fails_waits_and_a_lost_answer_waits_half_a_minute_at_least(
    reason: RetryReason, attempts: int, jitter: float, retry_after: float | None
) -> None:
    plain = after_failed_send(
        taken(attempts), RetryableError(reason, retry_after=retry_after), jitter=jitter
    )
    lost = after_failed_send(
        taken(attempts), OutcomeUnknownError(reason, retry_after=retry_after), jitter=jitter
    )

    for found in (plain, lost):
        assert found.state is OutgoingState.WAITING
        assert found.reason == reason.value
        assert found.retry_after_seconds is not None
        assert found.retry_after_seconds >= min(retry_after or 0, 86_400)
    assert (plain.is_unknown, lost.is_unknown) == (False, True)
    assert (lost.retry_after_seconds or 0) >= 30


@given(REASONS, st.integers(1, 50), JITTER)
def test_while_nobody_can_look_the_outcome_stays_unknown(
    reason: RetryReason, attempts: int, jitter: float
) -> None:
    found = after_failed_look(taken(attempts), RetryableError(reason), jitter=jitter)

    assert (found.state, found.is_unknown) == (OutgoingState.WAITING, True)


def test_fifty_attempts_are_enough_and_five_for_what_chatwoot_calls_invalid() -> None:
    refused = RetryReason.CHATWOOT_REFUSED.value

    assert not is_exhausted(taken(50, "chatwoot_unavailable"))
    assert is_exhausted(taken(51, "chatwoot_unavailable"))
    assert not is_exhausted(taken(5, refused, refusals=4))
    assert is_exhausted(taken(6, refused, refusals=5))
    assert exhausted(taken(6, refused, refusals=5)).reason == "send_refused"


def test_an_outage_before_it_does_not_make_one_refusal_the_last() -> None:
    assert not is_exhausted(taken(20, RetryReason.CHATWOOT_REFUSED.value, refusals=1))


def test_what_nobody_could_send_at_all_ends_with_its_own_reason() -> None:
    assert exhausted(taken(51, "chatwoot_forbidden")).reason == "chatwoot_forbidden"


def test_the_waits_add_up_to_most_of_a_day() -> None:
    error = RetryableError(RetryReason.CHATWOOT_UNAVAILABLE)
    waits = [
        after_failed_send(taken(n), error, jitter=0.999).retry_after_seconds for n in range(1, 51)
    ]

    assert 9 * 3600 < sum(each or 0 for each in waits) < 26 * 3600


@given(st.text(), st.text(), st.text())
def test_a_correlation_id_says_nothing_and_can_be_stored(
    first: str, second: str, cause: str
) -> None:
    found = correlation_id(first, second, cause)

    assert len(found) == 32
    assert set(found) <= set("0123456789abcdef")


def test_a_correlation_id_belongs_to_one_cause_of_one_account() -> None:
    ids = {
        correlation_id("main", "7", "question:1"),
        correlation_id("main", "7", "question:2"),
        correlation_id("main", "8", "question:1"),
        correlation_id("other", "7", "question:1"),
        correlation_id("main", "71", "question:1"),
    }

    assert len(ids) == 5
    assert correlation_id("main", "7", "question:1") in ids


@pytest.mark.parametrize(
    ("state", "seconds"), [(OutgoingState.WAITING, None), (OutgoingState.SENT, 5.0)]
)
def test_only_what_waits_has_a_time_to_try_again(
    state: OutgoingState, seconds: float | None
) -> None:
    with pytest.raises(ValueError, match="only what waits"):
        Settlement(state=state, retry_after_seconds=seconds)


def test_what_is_sent_does_not_stand_in_a_values_text() -> None:
    assert "PLANTED" not in repr(taken())
