"""An order through the whole stack: asked by taps, written, told of; and what does not arrive."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from local.chatwoot_people import ChatwootPeople
from local.content_writer import ContentWriter
from local.stack import PROJECT_ID, Stack
from tests.system.ordering import Person
from tests.system.waiting import query, until

pytestmark = pytest.mark.system


@pytest.fixture
def writer(stack: Stack) -> Iterator[ContentWriter]:
    with ContentWriter(stack.pubsub_host, project_id=PROJECT_ID) as found:
        yield found


def test_an_order_is_asked_by_taps_written_and_told_once(
    stack: Stack, people: ChatwootPeople, writer: ContentWriter
) -> None:
    rita = Person(stack, people, "+5511955500170", wants_notices=True)
    first = rita.write("escreve um post curto pro linkedin sobre trabalho remoto")
    question = rita.wait_for(1)
    assert (question.shown_as, len(question.options)) == ("list", 4)

    people.tap(rita.conversation_id, question.options[1])

    order_id = rita.order(first)
    jobs: list[dict[str, Any]] = []

    def taken() -> bool:
        jobs.extend(writer.take_jobs())
        return order_id in json.dumps(jobs)

    until(taken)
    for _ in range(2):
        writer.say(order_id)
    notice = rita.wait_for(2)
    stack.sweep("ready")
    assert order_id in notice.text
    assert len(rita.said_to()) == 2


def test_who_did_not_opt_in_is_told_of_a_failure_only(
    stack: Stack, people: ChatwootPeople, writer: ContentWriter
) -> None:
    rita = Person(stack, people, "+5511955500171", wants_notices=False)
    words = "write a short, casual LinkedIn post about remote work"
    ready, failed = (rita.order(rita.write(words)) for _ in range(2))

    writer.say(ready)
    writer.say(failed, "failed")

    assert failed in rita.wait_for(1).text
    assert len(rita.said_to()) == 1


def test_a_question_that_whatsapp_refuses_is_recorded_on_its_row(
    stack: Stack, people: ChatwootPeople
) -> None:
    rita = Person(stack, people, "+5511955500172", wants_notices=False)
    message_id = rita.write("write a LinkedIn post about remote work")
    asked = rita.wait_for(1)
    people.update(str(asked.message_id), external_error="131047: Re-engagement message")

    statement = "select state, reason from whatsapp.outbox where message_id = %s"
    until(lambda: query(stack, statement, message_id) == [("failed", "undelivered:131047")])
    # It is no message of the person's, and nothing is sent for it.
    assert (
        query(stack, "select 1 from whatsapp.messages where message_id = %s", str(asked.message_id))
        == []
    )


def test_what_the_writer_says_wrongly_is_acknowledged(stack: Stack, writer: ContentWriter) -> None:
    writer.say("no-order-at-all")
    url = stack.function_url("notify_ready")
    answer = requests.post(url, json={"message": {"data": ""}}, timeout=10)

    assert (answer.status_code, answer.json()["status"]) == (200, "ignored")
