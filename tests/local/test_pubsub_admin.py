"""Topics and subscriptions as resources, on our server and on the official emulator."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from google.api_core.exceptions import AlreadyExists, InvalidArgument, NotFound
from google.pubsub_v1 import types

from tests.local.test_pubsub_process import PROJECT, Lane, local_server, official_emulator


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(local_server, id="ours"),
        pytest.param(official_emulator, id="official"),
    ],
)
def lane(request: pytest.FixtureRequest) -> Iterator[Lane]:
    start: Callable[[], AbstractContextManager[Lane]] = request.param
    with start() as lane:
        yield lane


MISSING_TOPIC = f"{PROJECT}/topics/never-created"
MISSING_SUBSCRIPTION = f"{PROJECT}/subscriptions/never-created"


def test_a_created_topic_is_found_with_its_labels(lane: Lane) -> None:
    name = f"{PROJECT}/topics/t{uuid.uuid4().hex}"
    lane.publisher.create_topic(request={"name": name, "labels": {"made-by": "test"}})
    assert dict(lane.publisher.get_topic(topic=name).labels) == {"made-by": "test"}


def test_creating_a_topic_twice_is_refused(lane: Lane) -> None:
    name = lane.topic()
    with pytest.raises(AlreadyExists):
        lane.publisher.create_topic(name=name)


def test_what_is_not_there_is_not_found(lane: Lane) -> None:
    with pytest.raises(NotFound):
        lane.publisher.get_topic(topic=MISSING_TOPIC)
    with pytest.raises(NotFound):
        lane.publisher.delete_topic(topic=MISSING_TOPIC)
    with pytest.raises(NotFound):
        lane.publish(MISSING_TOPIC, types.PubsubMessage(data=b"x"))
    with pytest.raises(NotFound):
        lane.subscription(MISSING_TOPIC)
    with pytest.raises(NotFound):
        lane.subscriber.get_subscription(subscription=MISSING_SUBSCRIPTION)
    with pytest.raises(NotFound):
        lane.subscriber.delete_subscription(subscription=MISSING_SUBSCRIPTION)
    with pytest.raises(NotFound):
        lane.pull(MISSING_SUBSCRIPTION)


@pytest.mark.parametrize("topic_id", ["ab", "1abc", "goog-topic", "a b c", "a" * 256])
def test_a_topic_name_google_does_not_allow_is_refused(lane: Lane, topic_id: str) -> None:
    with pytest.raises(InvalidArgument):
        lane.publisher.create_topic(name=f"{PROJECT}/topics/{topic_id}")


def test_the_topics_of_a_project_are_listed_in_pages(lane: Lane) -> None:
    project = f"projects/p{uuid.uuid4().hex[:20]}"
    names = {f"{project}/topics/topic-{number}" for number in range(5)}
    for name in names:
        lane.publisher.create_topic(name=name)
    pager = lane.publisher.list_topics(request={"project": project, "page_size": 2})
    assert {topic.name for topic in pager} == names


def test_the_subscriptions_of_a_project_and_of_a_topic_are_listed(lane: Lane) -> None:
    topic = lane.topic()
    names = {lane.subscription(topic) for _ in range(3)}
    of_topic = lane.publisher.list_topic_subscriptions(request={"topic": topic, "page_size": 2})
    assert set(of_topic) == names
    of_project = lane.subscriber.list_subscriptions(project=PROJECT)
    assert names <= {subscription.name for subscription in of_project}


def test_a_deleted_topic_leaves_its_subscriptions_without_one(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    lane.publish(topic, types.PubsubMessage(data=b"still there"))
    lane.publisher.delete_topic(topic=topic)
    assert lane.subscriber.get_subscription(subscription=name).topic == "_deleted-topic_"
    assert [received.message.data for received in lane.pull(name)] == [b"still there"]


def test_creating_a_subscription_twice_is_refused(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    with pytest.raises(AlreadyExists):
        lane.subscriber.create_subscription(name=name, topic=topic)


def test_a_subscription_gets_googles_defaults(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    config = lane.subscriber.get_subscription(subscription=name)
    assert config.ack_deadline_seconds == 10
    assert types.Subscription.pb(config).message_retention_duration.seconds == 7 * 24 * 60 * 60


@pytest.mark.parametrize("seconds", [601, -1])
def test_an_ack_deadline_google_does_not_allow_is_refused(lane: Lane, seconds: int) -> None:
    with pytest.raises(InvalidArgument):
        lane.subscription(lane.topic(), ack_deadline_seconds=seconds)


def test_an_update_changes_the_masked_fields_only(lane: Lane) -> None:
    name = lane.subscription(lane.topic(), labels={"kept": "yes"})
    lane.subscriber.update_subscription(
        request={
            "subscription": {"name": name, "ack_deadline_seconds": 60, "labels": {"kept": "no"}},
            "update_mask": {"paths": ["ack_deadline_seconds"]},
        }
    )
    config = lane.subscriber.get_subscription(subscription=name)
    assert config.ack_deadline_seconds == 60
    assert dict(config.labels) == {"kept": "yes"}


def test_an_update_of_what_cannot_change_is_refused(lane: Lane) -> None:
    name = lane.subscription(lane.topic())
    for paths in ([], ["enable_message_ordering"], ["no_such_field"]):
        with pytest.raises(InvalidArgument):
            lane.subscriber.update_subscription(
                request={
                    "subscription": {"name": name, "enable_message_ordering": True},
                    "update_mask": {"paths": paths},
                }
            )


def test_a_deleted_subscription_is_gone_from_its_topic(lane: Lane) -> None:
    topic = lane.topic()
    name = lane.subscription(topic)
    lane.subscriber.delete_subscription(subscription=name)
    assert list(lane.publisher.list_topic_subscriptions(topic=topic)) == []
    lane.publish(topic, types.PubsubMessage(data=b"for nobody"))
