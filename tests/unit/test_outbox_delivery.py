"""What was decided is sent once; where nobody can tell, it is looked for before it is repeated."""

import json

import pytest

from handlers.domain.errors import (
    OutcomeUnknownError,
    RetryableError,
    RetryReason,
    SendReason,
    SendRefusedError,
)
from handlers.domain.messages import AccountId
from handlers.domain.outgoing import correlation_id
from tests.factories import make_message
from tests.unit.outbox_sending import JOB, QUESTION, SendingWorld, question


def unknown() -> OutcomeUnknownError:
    return OutcomeUnknownError(RetryReason.CHATWOOT_UNAVAILABLE)


def test_a_question_is_sent_right_after_it_was_decided() -> None:
    world = SendingWorld()
    world.send_now(world.decide(QUESTION))

    (posted,) = world.conversations.posted
    assert (posted.conversation_id, posted.document) == ("118", QUESTION.document)
    assert posted.correlation_id == correlation_id("main", "7", QUESTION.cause)
    assert (world.row().state, world.row().external_id) == ("sent", "90001")
    (line,) = world.log.named("outbox.sent")
    assert (line["message_id"], line["source"], line["attempt"]) == ("50001", "message", 1)
    assert world.conversations.calls == ["post"]


def test_a_job_is_published_with_its_correlation_id() -> None:
    world = SendingWorld()
    world.send_now(world.decide(JOB))

    (published,) = world.jobs.published
    assert json.loads(published.data) == JOB.document
    assert published.attributes == {
        "v": "1",
        "correlation_id": correlation_id("main", "7", JOB.cause),
        "account_id": "7",
        "conversation_id": "118",
        "message_id": "50001",
    }
    assert world.row(JOB.cause).state == "sent"


def test_without_anything_to_send_nothing_is_taken() -> None:
    world = SendingWorld()
    world.send_now(world.decide())

    assert world.outbox.calls == []


def test_with_no_time_left_nothing_is_begun_and_the_sweep_sends_it() -> None:
    world = SendingWorld()
    world.send_now(world.decide(QUESTION, JOB), seconds=4)

    assert world.outbox.calls == []
    assert world.sweep()["sent"] == 2


def test_a_call_gets_what_is_left_of_the_time_and_never_more_than_twenty_seconds() -> None:
    world = SendingWorld()
    world.send_now(world.decide(QUESTION), seconds=400)
    world.send_now(world.decide(question("b")), seconds=7)

    assert world.conversations.budgets == [20, 7]


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RetryableError(RetryReason.CHATWOOT_THROTTLED), 10),
        (RetryableError(RetryReason.CHATWOOT_THROTTLED, retry_after=90), 90),
        (RetryableError(RetryReason.CHATWOOT_FORBIDDEN), 10),
        (RetryableError(RetryReason.CHATWOOT_UNAVAILABLE), 10),
    ],
)
def test_what_surely_was_not_sent_is_sent_after_a_wait_without_looking(
    error: RetryableError, wait: float
) -> None:
    world = SendingWorld()
    world.conversations.fail_next(error)
    world.send_now(world.decide(QUESTION))
    (line,) = world.log.named("outbox.retried")
    assert (line["reason"], line["severity"]) == (error.reason.value, "WARNING")

    world.clock.advance(wait - 0.1)
    assert world.sweep()["sent"] == 0
    world.clock.advance(0.2)
    assert world.sweep()["sent"] == 1
    assert world.conversations.calls == ["post", "post"]


@pytest.mark.parametrize("is_stored", [False, True])
def test_an_unknown_outcome_is_looked_up_before_anything_is_repeated(is_stored: bool) -> None:
    world = SendingWorld()
    fail = world.conversations.fail_after_next if is_stored else world.conversations.fail_next
    fail(unknown())
    world.send_now(world.decide(QUESTION))
    assert (world.row().state, world.row().is_unknown) == ("waiting", True)

    world.clock.advance(29)
    assert world.sweep()["sent"] == 0
    world.clock.advance(2)
    assert world.sweep()["sent"] == 1

    assert len(world.conversations.posted) == 1
    assert world.row().external_id == "90001"
    assert world.conversations.calls == ["post", "find"] + ([] if is_stored else ["post"])


def test_while_nobody_can_look_nothing_is_repeated() -> None:
    world = SendingWorld()
    world.conversations.fail_after_next(unknown())
    world.send_now(world.decide(QUESTION))
    for _ in range(5):
        world.clock.advance(4000)
        world.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_FORBIDDEN))
        assert world.sweep()["retried"] == 1
        assert world.row().is_unknown

    world.clock.advance(4000)
    assert world.sweep()["sent"] == 1
    assert len(world.conversations.posted) == 1


def test_what_nobody_could_look_up_in_the_end_fails_rather_than_goes_out_twice() -> None:
    world = SendingWorld()
    world.conversations.fail_after_next(unknown())
    world.send_now(world.decide(QUESTION))
    for _ in range(50):
        world.clock.advance(4000)
        world.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_UNAVAILABLE))
        world.sweep()

    assert (world.row().state, world.row().reason) == ("failed", SendReason.OUTCOME_UNKNOWN)
    assert world.row().is_unknown
    assert len(world.conversations.posted) == 1
    (line,) = world.log.named("outbox.failed")
    assert line["severity"] == "ERROR"


def test_what_is_refused_for_good_is_not_tried_again() -> None:
    world = SendingWorld()
    world.conversations.fail_next(SendRefusedError(SendReason.CONVERSATION_GONE))
    world.send_now(world.decide(QUESTION))
    world.clock.advance(100_000)

    assert set(world.sweep().values()) == {0}
    assert (world.row().state, world.row().reason) == ("failed", "conversation_gone")


def test_what_chatwoot_calls_invalid_is_looked_for_each_time_and_given_up_after_five() -> None:
    world = SendingWorld()
    world.decide(QUESTION)
    for _ in range(5):
        world.conversations.fail_next(
            OutcomeUnknownError(RetryReason.CHATWOOT_REFUSED), method="post"
        )
        assert world.sweep()["retried"] == 1
        world.clock.advance(4000)

    assert world.sweep()["failed"] == 1
    assert (world.row().state, world.row().reason) == ("failed", "send_refused")
    assert world.conversations.posted == []


def test_what_chatwoot_called_invalid_but_stored_is_found_in_the_end() -> None:
    world = SendingWorld()
    world.conversations.fail_after_next(OutcomeUnknownError(RetryReason.CHATWOOT_REFUSED))
    world.send_now(world.decide(QUESTION))
    world.clock.advance(31)

    assert world.sweep()["sent"] == 1
    assert len(world.conversations.posted) == 1


def test_tries_come_to_an_end() -> None:
    world = SendingWorld()
    world.decide(QUESTION)
    for _ in range(51):
        world.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_THROTTLED))
        world.sweep()
        world.clock.advance(4000)

    assert (world.row().state, world.row().reason) == ("failed", "chatwoot_throttled")
    assert world.conversations.calls == ["post"] * 50


def test_another_accounts_conversation_is_not_written_into() -> None:
    world = SendingWorld()
    world.decide(QUESTION, message=make_message(account_id=AccountId("8")))

    assert world.sweep()["skipped"] == 1
    assert world.conversations.calls == []
    assert (world.row().state, world.row().reason) == ("skipped", "foreign_account")
    assert world.log.named("outbox.cancelled")


def test_what_answers_a_deleted_message_is_not_sent() -> None:
    world = SendingWorld()
    world.decide(QUESTION)
    world.ledger.tables.messages["main", "7", "50001"].is_deleted = True

    assert world.sweep()["cancelled"] == 1
    assert world.conversations.calls == []
    (line,) = world.log.named("outbox.cancelled")
    assert line["reason"] == "message_deleted"


def test_a_job_whose_answer_was_lost_is_published_again_with_the_same_correlation_id() -> None:
    world = SendingWorld()
    world.jobs.fail_after_next(RetryableError(RetryReason.PUBLISH_TIMEOUT))
    world.send_now(world.decide(JOB))
    world.clock.advance(31)

    assert world.sweep()["sent"] == 1
    first, second = world.jobs.published
    assert first.attributes == second.attributes


def test_a_job_that_the_broker_calls_invalid_fails_for_good() -> None:
    world = SendingWorld()
    world.jobs.fail_next(RetryableError(RetryReason.PUBLISH_REFUSED))
    world.send_now(world.decide(JOB))

    assert (world.row(JOB.cause).state, world.row(JOB.cause).reason) == ("failed", "send_refused")
