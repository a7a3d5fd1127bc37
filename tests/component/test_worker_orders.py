"""Orders that go well: from the push request to the job, with as few questions as it takes."""

import json
from typing import Any, Final
from uuid import UUID

import pytest

from handlers.domain.dialogue.values import OrderState, Preferences
from handlers.domain.orders.values import Length, Platform, Tone
from tests.component.order_talk import COMPLETE, INCOMPLETE, ORDER, USER, Talk
from tests.component.worker_world import WorkerWorld
from tests.unit.chatwoot_samples import sample

_ASKED: Final = {
    INCOMPLETE: (
        "\U0001f4f1 Which platform would you like content for?",
        ["LinkedIn", "Instagram", "Twitter", "Blog"],
    ),
    "escreve um post sobre trabalho remoto": (
        "\U0001f4f1 Para qual plataforma voc\u00ea quer o conte\u00fado?",
        ["LinkedIn", "Instagram", "Twitter", "Blog"],
    ),
    "escribe un post para LinkedIn sobre nuestra cafeter\u00eda": (
        "\U0001f4cf \u00bfQu\u00e9 extensi\u00f3n debe tener?",
        ["Corto", "Medio", "Largo"],
    ),
}


def test_an_order_in_one_sentence_is_placed_without_a_word(worker: WorkerWorld) -> None:
    talk = Talk(worker)

    response = talk.write(COMPLETE)

    assert (response.status_code, response.json) == (200, {"status": "stored"})
    assert talk.sent == []
    order = talk.order()
    assert (order.state, order.user_id) == (OrderState.PLACED, str(USER))
    (row,) = talk.tables.dialogue.content_orders
    assert row.parameters == {
        "platform": "linkedin",
        "length": "short",
        "tone": "casual",
        "topic": None,
        "subject": "remote work",
        "wordCount": None,
        "language": "en",
    }
    (job_row,) = talk.tables.dialogue.agent_jobs
    assert (job_row.user_id, job_row.user_message) == (str(USER), COMPLETE)
    (job,) = talk.jobs
    assert (job["order_id"], job["job_id"]) == (row.row_id, job_row.row_id)
    assert (job["user_id"], job["message_id"]) == (str(USER), str(ORDER))
    # It is a note of its person's as well.
    note = talk.note(ORDER)
    assert note is not None
    assert (note.content, note.user_id) == (COMPLETE, USER)
    assert UUID(job["note_id"]) in talk.tables.notes.rows
    assert job["object_path"] == note.gcs_storage_path


@pytest.mark.parametrize("words", _ASKED)
def test_an_order_that_lacks_something_leads_to_one_question_in_its_language(
    worker: WorkerWorld, words: str
) -> None:
    talk = Talk(worker)

    assert talk.write(words).status_code == 200

    (question,) = talk.sent
    text, titles = _ASKED[words]
    assert (question["content"], question["content_type"]) == (text, "input_select")
    attributes = question["content_attributes"]
    assert isinstance(attributes, dict)
    items, quick_reply = attributes["items"], attributes["quick_reply"]
    assert isinstance(items, list)
    assert isinstance(quick_reply, dict)
    assert [dict(item)["title"] for item in items if isinstance(item, dict)] == titles
    assert all(isinstance(item, dict) and set(item) == {"title", "value"} for item in items)
    assert quick_reply == {"type": "quick_reply", "values": items}
    assert talk.order().state is OrderState.ASKING
    assert talk.tables.dialogue.agent_jobs == []
    assert talk.jobs == []


@pytest.mark.parametrize(
    "answer",
    [
        {"content": "Instagram"},
        {"content": "2"},
        {"content": "2\ufe0f\u20e3"},
        {"content": "insta pls"},
        {"content": "o segundo"},
        {"content": "\U0001f4f8"},
        {"content": "INSTAGRAM."},
        {"content": "their words", "content_attributes": {"quick_reply": {"value": "instagram"}}},
    ],
    ids=["title", "number", "keycap", "synonym", "ordinal", "emoji", "shouted", "value"],
)
def test_a_question_is_answered_in_any_form(worker: WorkerWorld, answer: dict[str, Any]) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    talk.write(number=ORDER + 1, **answer)

    content = talk.order().content
    assert content is not None
    assert content.parameters.platform is Platform.INSTAGRAM
    assert talk.decided(ORDER + 1) == ("answer", "dialogue")
    assert len(talk.sent) == 2


def test_a_dialogue_of_taps_ends_in_one_job_with_everything_in_it(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write("escreve um post sobre trabalho remoto")
    for number, tap in enumerate(("LinkedIn", "M\u00e9dio", "Com autoridade"), start=ORDER + 1):
        assert talk.jobs == []
        assert talk.write(tap, number).status_code == 200

    assert talk.asked == [
        "\U0001f4f1 Para qual plataforma voc\u00ea quer o conte\u00fado?",
        "\U0001f4cf Qual deve ser o tamanho?",
        "\U0001f3a8 Qual tom voc\u00ea prefere?",
    ]
    assert talk.order().state is OrderState.PLACED
    (job,) = talk.jobs
    assert job["subject"] == "trabalho remoto"
    assert {k: job["parameters"][k] for k in ("platform", "length", "tone", "language")} == {
        "platform": "linkedin",
        "length": "medium",
        "tone": "authoritative",
        "language": "pt",
    }
    assert talk.conversation.question is None


def test_a_topic_is_asked_for_where_there_is_no_subject(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write("Write me a short casual LinkedIn post")
    assert talk.asked == ["\U0001f4a1 Which topic should it focus on?"]

    talk.write("Tips", ORDER + 1)

    (job,) = talk.jobs
    assert (job["parameters"]["topic"], job["subject"]) == ("tips", None)


def test_one_answer_may_settle_all_that_is_missing(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    talk.write("linkedin, short, friendly", ORDER + 1)

    assert len(talk.sent) == 1
    assert len(talk.jobs) == 1
    content = talk.order().content
    assert content is not None
    said = content.parameters
    assert (said.platform, said.length, said.tone) == (
        Platform.LINKEDIN,
        Length.SHORT,
        Tone.FRIENDLY,
    )


def test_what_a_user_prefers_need_not_be_asked(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.tables.dialogue.preferences[str(USER)] = Preferences(
        platform=Platform.BLOG, length=Length.LONG, tone=Tone.CASUAL
    )

    talk.write(INCOMPLETE)

    assert talk.sent == []
    (job,) = talk.jobs
    assert job["parameters"]["platform"] == "blog"


def test_orders_and_answers_may_be_spoken(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    for number, words in enumerate((INCOMPLETE, "LinkedIn.", "Short, please.", "Casual"), ORDER):
        assert talk.say(words, number).status_code == 200

    assert len(talk.sent) == 3
    (job,) = talk.jobs
    assert job["subject"] == "our caf\u00e9"
    (row,) = talk.tables.dialogue.agent_jobs
    assert row.user_message == INCOMPLETE


@pytest.mark.parametrize("is_spoken", [False, True], ids=["written", "spoken"])
@pytest.mark.parametrize(
    ("words", "role"), [("LinkedIn", "answer"), ("never mind", "cancel")], ids=["answer", "cancel"]
)
def test_what_answers_us_is_archived_and_is_no_note(
    worker: WorkerWorld, words: str, role: str, is_spoken: bool
) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    (talk.say if is_spoken else talk.write)(words, ORDER + 1)

    assert talk.decided(ORDER + 1) == (role, "dialogue")
    assert talk.note(ORDER + 1) is None
    assert talk.message(ORDER + 1).note_id is None
    bucket = talk.message(ORDER + 1).bucket_name or ""
    kept = talk.world.stored(talk.message(ORDER + 1).object_name or "", bucket)
    assert json.loads(kept.data)["webhook_payload"]["id"] == ORDER + 1
    assert len(talk.tables.notes.rows) == 1


@pytest.mark.parametrize("words", ["cancel", "esquece", "olv\u00eddalo", "\u274c", "stop"])
def test_who_cancels_hears_nothing_more(worker: WorkerWorld, words: str) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    talk.write(words, ORDER + 1)
    talk.write("LinkedIn", ORDER + 2)

    assert talk.order().state is OrderState.CANCELLED
    assert len(talk.sent) == 1
    assert talk.jobs == []
    assert talk.decided(ORDER + 2) == ("note", "rules")


def test_other_things_may_be_said_while_a_question_is_open(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    talk.write(INCOMPLETE)

    talk.write("Instagram is killing our reach, talked to Ana about it", ORDER + 1)
    assert talk.decided(ORDER + 1) == ("note", "rules")
    assert talk.note(ORDER + 1) is not None

    talk.write("Blog", ORDER + 2)
    assert talk.decided(ORDER + 2) == ("answer", "dialogue")
    assert len(talk.sent) == 2


def test_a_twilio_channel_gets_its_options_as_numbered_text(worker: WorkerWorld) -> None:
    talk = Talk(worker)
    twilio = sample("20_twilio_whatsapp_voice")["conversation"] | {"id": 118}
    changes = {"conversation": twilio, "source_id": f"SM{7:032x}"}

    assert talk.write(INCOMPLETE, **changes).status_code == 200

    (question,) = talk.sent
    lines = str(question["content"]).split("\n")
    assert lines[2:6] == [
        f"{number}\ufe0f\u20e3 {name}"
        for number, name in enumerate(("LinkedIn", "Instagram", "Twitter", "Blog"), start=1)
    ]
    assert lines[-1] == "Reply with a number or a name."
    talk.write("3", ORDER + 1, conversation=twilio, source_id=f"SM{8:032x}")
    content = talk.order().content
    assert content is not None
    assert content.parameters.platform is Platform.TWITTER
