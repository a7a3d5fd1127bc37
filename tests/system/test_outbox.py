"""What the database says is to be sent goes out through the real functions, once."""

import json
from typing import Any

import grpc
import pytest
import requests
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import Subscription

from local.chatwoot_people import ChatwootPeople
from local.queues import CONTENT_JOBS_TOPIC
from local.stack import ACCOUNT_ID, PROJECT_ID, Stack
from tests.system.waiting import query, settled

pytestmark = pytest.mark.system

_INSERT = (
    "insert into whatsapp.outbox (installation, account_id, conversation_id, message_id, cause,"
    " kind, document, correlation_id)"
    " select installation, account_id, conversation_id, message_id, %s, %s, %s::jsonb, %s"
    " from whatsapp.messages where message_id = %s returning id"
)


def decide(stack: Stack, message_id: str, kind: str, document: dict[str, object]) -> str:
    """Write a row as a finish that decides to send something; return its correlation id."""
    cause = f"{kind}:{message_id}"
    query(stack, _INSERT, cause, kind, json.dumps(document), f"id-{cause}", message_id)
    return f"id-{cause}"


def sent_texts(stack: Stack, conversation_id: int) -> list[str]:
    answer = requests.get(
        f"{stack.chatwoot_url}/api/v1/accounts/{ACCOUNT_ID}/conversations/{conversation_id}/messages",
        headers={"Api-Access-Token": stack.api_token},
        timeout=10,
    )
    payload: list[dict[str, Any]] = answer.json()["payload"]
    return [each["content"] for each in payload if each["message_type"] == 1]


def states(stack: Stack, message_id: str) -> list[tuple[object, ...]]:
    statement = "select kind, state from whatsapp.outbox where message_id = %s order by kind"
    return query(stack, statement, message_id)


def test_the_sweep_sends_messages_and_jobs_and_a_note_alone_sends_nothing(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Ida", phone="+15550100160")
    sent = people.write(person["conversation_id"], content="a note")[0]
    settled(stack, sent.message_id)
    assert states(stack, sent.message_id) == []
    decide(stack, sent.message_id, "message", {"content": "Which platform?"})
    correlation_id = decide(stack, sent.message_id, "job", {"order": 1})

    with grpc.insecure_channel(stack.pubsub_host) as channel:
        subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        name = f"projects/{PROJECT_ID}/subscriptions/jobs-of-the-test"
        topic = f"projects/{PROJECT_ID}/topics/{CONTENT_JOBS_TOPIC}"
        subscriber.create_subscription(request=Subscription(name=name, topic=topic))
        report = stack.sweep("outbox")
        pulled = subscriber.pull(subscription=name, max_messages=5, timeout=20).received_messages
        subscriber.delete_subscription(subscription=name)

    assert (report["status"], report["counts"]["sent"]) == ("done", 2)
    assert states(stack, sent.message_id) == [("job", "sent"), ("message", "sent")]
    assert sent_texts(stack, person["conversation_id"]) == ["Which platform?"]
    assert [each.message.attributes["correlation_id"] for each in pulled] == [correlation_id]
    assert stack.sweep("outbox")["counts"]["sent"] == 0
    # Our own message comes back as a webhook, and is no message of the person's.
    assert query(stack, "select count(*) from whatsapp.messages where state = 'dead'") == [(0,)]


def test_a_message_whose_answer_was_lost_is_found_and_not_sent_again(
    stack: Stack, people: ChatwootPeople
) -> None:
    person = people.add_person("Ole", phone="+15550100161")
    sent = people.write(person["conversation_id"], content="another note")[0]
    settled(stack, sent.message_id)
    decide(stack, sent.message_id, "message", {"content": "Which tone?"})
    path = f"POST /api/v1/accounts/{ACCOUNT_ID}/conversations/{person['conversation_id']}"
    fault = {"match": path, "reset_connection": True, "after": True}
    requests.post(f"{stack.chatwoot_url}/_control/faults", json=fault, timeout=5)

    assert stack.sweep("outbox")["counts"]["retried"] == 1
    query(stack, "update whatsapp.outbox set next_attempt_at = now() where state = 'waiting'")
    assert stack.sweep("outbox")["counts"]["sent"] == 1

    assert sent_texts(stack, person["conversation_id"]) == ["Which tone?"]
