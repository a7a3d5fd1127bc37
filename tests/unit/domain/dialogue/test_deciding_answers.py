"""What a message is while a question is open."""

from dataclasses import replace
from datetime import datetime

import pytest

from handlers.domain.dialogue.catalogue import TITLES
from handlers.domain.dialogue.questions import question_document
from handlers.domain.dialogue.values import (
    AskedField,
    Decision,
    OrderChange,
    OrderState,
    Role,
    WaitReason,
)
from handlers.domain.messages import (
    Attachment,
    AttachmentId,
    AttachmentKind,
    Contact,
    ContactId,
    Message,
    MessageId,
)
from handlers.domain.orders.values import (
    Language,
    Length,
    OrderParameters,
    Platform,
    Topic,
)
from tests.unit.domain.dialogue.deciding_cases import (
    COMPLETE,
    DAY,
    FIRST,
    NOTE,
    NOW,
    SECOND,
    Deciding,
    facts_of,
    message_of,
    only_change,
    open_question,
    ordered,
)

QUESTION = open_question()
ASKED = facts_of(QUESTION)
LAST = facts_of(open_question(AskedField.TONE, replace(COMPLETE, tone=None)))


def parameters_of(decision: Decision) -> OrderParameters:
    content = only_change(decision).content
    assert content is not None
    return content.parameters


def with_attachment(kind: AttachmentKind) -> Message:
    attachment = Attachment(attachment_id=AttachmentId("1"), kind=kind)
    return replace(message_of(), attachments=(attachment,))


def test_an_answer_leads_to_the_next_question() -> None:
    deciding = Deciding(understanding=ordered())
    decision = deciding(ASKED, message_of(), "LinkedIn")
    (outgoing,) = decision.outbox

    assert (decision.role, decision.decided_by, decision.based_on) == (Role.ANSWER, "dialogue", 7)
    assert deciding.asked == 0
    assert only_change(decision).state is OrderState.ASKING
    assert only_change(decision).order_message_id == FIRST
    assert only_change(decision).words is None
    assert parameters_of(decision) == OrderParameters(platform=Platform.LINKEDIN)
    assert decision.moves_dialogue
    assert decision.question is not None
    assert decision.question.field is AskedField.LENGTH
    assert decision.question.asked_by == "50002"
    assert decision.question.order_message_id == FIRST
    assert decision.question.content == only_change(decision).content
    assert outgoing.cause == "question:50001:length"
    assert outgoing.expires_at == NOW + DAY
    assert outgoing.document == question_document(
        AskedField.LENGTH, Language.PORTUGUESE, shows_options=True
    )


def test_the_last_answer_places_the_order() -> None:
    decision = Deciding()(LAST, message_of(), "Descontraído")
    change = only_change(decision)

    assert (decision.role, decision.outbox, decision.question) == (Role.ANSWER, (), None)
    assert decision.moves_dialogue
    assert change.state is OrderState.PLACED
    assert change.order_message_id == FIRST
    assert change.words is None
    assert change.failure_notice is not None
    assert change.failure_notice.cause == "failure:50001"
    assert parameters_of(decision) == COMPLETE


@pytest.mark.parametrize(
    ("words", "quick_reply"),
    [
        ("Instagram", None),
        ("2", None),
        ("o segundo, por favor", None),
        ("insta", None),
        ("📸", None),
        ("Instagram.", None),
        ("blog", "instagram"),
        (None, "instagram"),
        ("Instagram is killing our reach, talked to Ana about it", "instagram"),
    ],
)
def test_an_answer_comes_in_many_forms(words: str | None, quick_reply: str | None) -> None:
    decision = Deciding()(ASKED, message_of(quick_reply=quick_reply), words)

    assert parameters_of(decision).platform is Platform.INSTAGRAM


def test_one_answer_may_settle_several_questions() -> None:
    decision = Deciding()(ASKED, message_of(), "linkedin, curto")

    assert decision.question is not None
    assert decision.question.field is AskedField.TONE
    assert [each.cause for each in decision.outbox] == ["question:50001:tone"]


def test_an_answer_to_what_was_not_asked_is_kept_and_the_question_stays_open() -> None:
    decision = Deciding()(ASKED, message_of(), "curto")

    assert decision.role is Role.ANSWER
    assert decision.outbox == ()
    assert decision.moves_dialogue
    assert decision.question == replace(
        QUESTION, content=replace(QUESTION.content, parameters=OrderParameters(length=Length.SHORT))
    )
    assert only_change(decision).state is OrderState.ASKING


def test_saying_again_what_is_known_changes_nothing() -> None:
    decision = Deciding(understanding=ordered(COMPLETE))(LAST, message_of(), "LinkedIn")

    assert decision == Decision(role=Role.ANSWER, decided_by="dialogue", based_on=7)


def test_saying_otherwise_what_is_known_corrects_it() -> None:
    decision = Deciding()(LAST, message_of(), "não, instagram")

    assert parameters_of(decision) == replace(COMPLETE, platform=Platform.INSTAGRAM, tone=None)
    assert decision.outbox == ()
    assert decision.question is not None
    assert decision.question.field is AskedField.TONE
    assert decision.question.asked_by == FIRST


def test_an_answer_and_a_correction_in_one_place_the_order() -> None:
    decision = Deciding()(LAST, message_of(), "casual, no blog")

    assert parameters_of(decision) == replace(COMPLETE, platform=Platform.BLOG)
    assert only_change(decision).state is OrderState.PLACED


def test_a_corrected_length_drops_the_stated_number_of_words() -> None:
    stated = OrderParameters(platform=Platform.BLOG, length=Length.LONG, word_count=800)
    asked = facts_of(open_question(AskedField.TONE, stated))

    corrected = parameters_of(Deciding()(asked, message_of(), "curto"))
    answered = parameters_of(Deciding()(asked, message_of(), "formal"))

    assert (corrected.length, corrected.word_count) == (Length.SHORT, None)
    assert (answered.length, answered.word_count) == (Length.LONG, 800)


def test_a_topic_may_be_all_that_is_asked() -> None:
    question = open_question(AskedField.TOPIC, COMPLETE)
    asked = facts_of(replace(question, content=replace(question.content, subject=None)))

    decision = Deciding()(asked, message_of(), TITLES[Language.SPANISH][Topic.TIPS])

    assert parameters_of(decision) == replace(COMPLETE, topic=Topic.TIPS)
    assert only_change(decision).state is OrderState.PLACED


@pytest.mark.parametrize(
    "words",
    [
        "Instagram is killing our reach, talked to Ana about it",
        "linkedin ou instagram?",
        "faz um post curto e formal pro linkedin",
        "make a casual Instagram post",
        "Liguei para a Ana, ela quer o contrato até sexta",
        "obrigado!",
        "5",
    ],
)
def test_something_else_is_what_it_is_and_the_question_stays_open(words: str) -> None:
    deciding = Deciding()
    decision = deciding(ASKED, message_of(), words)

    assert decision == Decision(role=Role.NOTE, decided_by="rules", based_on=7)
    assert deciding.asked == 1


@pytest.mark.parametrize("words", ["cancel", "Cancela, por favor", "olvídalo", "❌", "parar"])
def test_calling_it_off_cancels_the_order_in_silence(words: str) -> None:
    decision = Deciding(understanding=ordered())(ASKED, message_of(), words)

    assert decision.role is Role.CANCEL
    assert only_change(decision) == OrderChange(order_message_id=FIRST, state=OrderState.CANCELLED)
    assert (decision.outbox, decision.question, decision.moves_dialogue) == ((), None, True)


def other_sender() -> Message:
    return replace(message_of(), contact=Contact(contact_id=ContactId("4711")))


@pytest.mark.parametrize("words", ["linkedin", "cancel"])
@pytest.mark.parametrize(
    "message",
    [
        other_sender(),
        replace(message_of(), contact=None),
        message_of(FIRST),
        message_of(50000),
        message_of(9),
        message_of("msg_456"),
        message_of(at=NOW + DAY + SECOND),
        with_attachment(AttachmentKind.IMAGE),
        with_attachment(AttachmentKind.FILE),
    ],
)
def test_what_cannot_be_an_answer_is_none(message: Message, words: str) -> None:
    deciding = Deciding(understanding=NOTE)

    assert deciding(ASKED, message, words).role is Role.NOTE
    assert deciding.asked == 1


def test_nobody_answers_where_nobody_known_was_asked() -> None:
    asked = facts_of(replace(QUESTION, sender_id=None))

    assert Deciding()(asked, replace(message_of(), contact=None), "linkedin").role is Role.NOTE


def test_a_message_from_before_the_last_move_is_no_answer() -> None:
    moved = replace(ASKED, moved_by=MessageId("50005"))

    assert Deciding()(moved, message_of(50004), "linkedin").role is Role.NOTE
    assert Deciding()(moved, message_of(50006), "linkedin").role is Role.ANSWER


@pytest.mark.parametrize("at", [NOW - SECOND, NOW, NOW + DAY, None])
def test_an_answer_counts_for_a_day_and_also_before_the_question_went_out(
    at: datetime | None,
) -> None:
    assert Deciding()(ASKED, message_of(at=at), "linkedin").role is Role.ANSWER


def test_a_spoken_answer_counts() -> None:
    decision = Deciding()(ASKED, with_attachment(AttachmentKind.AUDIO), "LinkedIn.")

    assert decision.role is Role.ANSWER


@pytest.mark.parametrize("words", ["linkedin", "curto"])
def test_an_answer_that_is_decided_a_day_late_sends_nothing(words: str) -> None:
    deciding = Deciding(now=NOW + 2 * DAY)
    decision = deciding(ASKED, message_of(at=NOW + SECOND), words)
    change = only_change(decision)

    assert decision.role is Role.ANSWER
    assert (change.state, change.wait_reason) == (OrderState.WAITING, WaitReason.LATE)
    assert (decision.outbox, decision.question, decision.moves_dialogue) == ((), None, True)


def test_an_answer_of_somebody_who_is_no_user_any_more_waits() -> None:
    decision = Deciding()(replace(LAST, user_id=None), message_of(), "casual")
    change = only_change(decision)

    assert (change.state, change.wait_reason) == (OrderState.WAITING, WaitReason.UNMAPPED)
    assert parameters_of(decision) == COMPLETE
    assert decision.outbox == ()
