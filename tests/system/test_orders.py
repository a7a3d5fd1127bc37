"""Orders through the whole stack: by voice, with a dying worker, with taps twice and at once."""

from pathlib import Path
from typing import Final

import pytest
import requests

from local.chatwoot_people import ChatwootPeople
from local.stack import Stack
from tests.system.ordering import Person
from tests.system.waiting import query, settled, until

pytestmark = pytest.mark.system

_ORDER_OGG: Final = Path(__file__).resolve().parents[2] / "local" / "voice" / "order.ogg"


def decided(stack: Stack, message_id: str) -> object:
    rows = query(stack, "select decision from whatsapp.messages where message_id = %s", message_id)
    return rows[0][0] if rows else None


def job_count(stack: Stack, order_id: str) -> object:
    statement = "select count(*) from public.agent_job where payload_json ->> 'order_id' = %s"
    return query(stack, statement, order_id)[0][0]


def test_an_order_in_portuguese_is_settled_by_two_taps(
    stack: Stack, people: ChatwootPeople
) -> None:
    rita = Person(stack, people, "+5511955500180", wants_notices=False)
    first = rita.write("escreve um post pro linkedin sobre trabalho remoto")
    length = rita.wait_for(1)
    assert (length.shown_as, length.options) == ("buttons", ("Curto", "M\u00e9dio", "Longo"))
    people.tap(rita.conversation_id, "Curto")
    tone = rita.wait_for(2)
    assert tone.shown_as == "list"
    assert "Qual tom" in tone.text

    people.tap(rita.conversation_id, "Amig\u00e1vel")

    order_id = rita.order(first)
    statement = (
        "select params_json ->> 'platform', params_json ->> 'length', params_json ->> 'tone',"
        " params_json ->> 'subject', params_json ->> 'language'"
        " from public.content_order where id::text = %s"
    )
    assert query(stack, statement, order_id) == [
        ("linkedin", "short", "friendly", "trabalho remoto", "pt")
    ]
    assert job_count(stack, order_id) == 1
    assert len(rita.said_to()) == 2
    statement = "select chatwoot_message_id from public.meeting_notes where user_id = %s"
    # Taps are no notes.
    assert query(stack, statement, rita.user_id) == [(first,)]


def test_a_worker_killed_between_an_answer_and_the_next_question_asks_it_once(
    stack: Stack, people: ChatwootPeople
) -> None:
    rita = Person(stack, people, "+5511955500181", wants_notices=False)
    first = rita.write("write a LinkedIn post about remote work")
    rita.wait_for(1)
    # Chatwoot is slow: it takes the next question in when nobody waits for its answer any more.
    path = f"{rita.ids['account_id']}/conversations/{rita.conversation_id}/messages"
    fault = {"match": f"POST /api/v1/accounts/{path}", "delay_seconds": 4}
    requests.post(f"{stack.chatwoot_url}/_control/faults", json=fault, timeout=5)
    people.begin_to_write(rita.conversation_id, content="Short")
    statement = "select state from whatsapp.outbox where conversation_id = %s and cause like %s"
    row = (statement, str(rita.conversation_id), "%:tone")
    until(lambda: query(stack, *row) == [("sending",)])

    stack.functions["process_message"].kill()
    stack.start_function("process_message")
    rita.wait_for(2)
    # As if its lease had run out: nobody wants to wait for that here.
    query(stack, "update whatsapp.outbox set lease_until = now() where lease_until is not null")
    until(lambda: stack.sweep("outbox") and query(stack, *row) == [("sent",)])

    people.tap(rita.conversation_id, "Casual")
    order_id = rita.order(first)
    assert job_count(stack, order_id) == 1
    assert [each.text.split("\n")[0][2:] for each in rita.said_to()] == [
        "How long should it be?",
        "Which tone would you like?",
    ]


def test_a_tap_that_is_delivered_twice_counts_once(stack: Stack, people: ChatwootPeople) -> None:
    rita = Person(stack, people, "+5511955500182", wants_notices=False)
    first = rita.write("write a LinkedIn post about remote work")
    rita.wait_for(1)

    tap = people.tap(rita.conversation_id, "Short")[0].message_id
    rita.wait_for(2)
    for _ in range(3):
        people.deliver_again(tap)
    people.tap(rita.conversation_id, "Casual")

    order_id = rita.order(first)
    assert decided(stack, tap) == "answer"
    assert len(rita.said_to()) == 2
    assert job_count(stack, order_id) == 1


def test_of_two_answers_at_once_one_counts_and_the_order_goes_on(
    stack: Stack, people: ChatwootPeople
) -> None:
    rita = Person(stack, people, "+5511955500183", wants_notices=False)
    first = rita.write("write a LinkedIn post about remote work")
    rita.wait_for(1)

    answers = [
        people.begin_to_write(rita.conversation_id, content=words) for words in ("Short", "Long")
    ]
    for answer in answers:
        settled(stack, answer)

    # The newer one counts for sure; it corrects the older one, or overtakes it.
    until(lambda: len(rita.said_to()) >= 2)
    assert decided(stack, answers[1]) == "answer"
    people.tap(rita.conversation_id, "Casual")
    order_id = rita.order(first)
    statement = "select length from whatsapp.orders where message_id = %s"
    assert query(stack, statement, first) == [("long",)]
    assert job_count(stack, order_id) == 1
    assert len(rita.said_to()) == 2


def test_an_order_may_be_spoken(stack: Stack, people: ChatwootPeople) -> None:
    rita = Person(stack, people, "+5511955500184", wants_notices=False)
    recording = {
        "file_type": "audio",
        "path": str(_ORDER_OGG),
        "filename": "order.ogg",
        "content_type": "audio/ogg",
    }

    sent = people.write(rita.conversation_id, attachments=[recording])[0].message_id

    settled(stack, sent)
    until(lambda: decided(stack, sent))
    assert decided(stack, sent) == "order"
    statement = "select state, words from whatsapp.orders where message_id = %s"
    ((state, words),) = query(stack, statement, sent)
    assert state in {"asking", "placed"}
    notes = query(
        stack, "select content from public.meeting_notes where chatwoot_message_id = %s", sent
    )
    assert notes == [(words,)]
