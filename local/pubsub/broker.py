"""Topics, their subscriptions, and the way of a message from one to the other."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from google.protobuf.message import Message
from google.pubsub_v1 import types

from local.pubsub.api_error import already_exists, not_found
from local.pubsub.backlog import Backlog
from local.pubsub.published_message import PublishedMessage
from local.pubsub.push_delivery import PushDelivery
from local.pubsub.resource_names import DELETED_TOPIC, project_and_id
from local.pubsub.subscription_config import delivery_rules

_MESSAGE = types.PubsubMessage.pb()


@dataclass(slots=True, kw_only=True)
class Topic:
    """A topic and who listens to it."""

    config: Message
    published: int = 0
    subscriptions: dict[str, "Subscription"] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Subscription:
    """A subscription, its unfinished messages and, if it has an endpoint, its pushing."""

    config: Message
    backlog: Backlog
    pushing: PushDelivery | None = None


class Broker:
    """Everything the server knows; used from the event loop's thread only."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}
        self.subscriptions: dict[str, Subscription] = {}
        # Ids go on from the clock, so that a restarted server does not repeat them.
        self._message_ids = count(time.time_ns() // 1_000)

    def topic(self, name: str) -> Topic:
        """Return the topic or raise ApiError."""
        if topic := self.topics.get(name):
            return topic
        raise not_found(name)

    def subscription(self, name: str) -> Subscription:
        """Return the subscription or raise ApiError."""
        if subscription := self.subscriptions.get(name):
            return subscription
        raise not_found(name)

    def add_topic(self, config: Message) -> None:
        """Create a topic from a checked configuration."""
        if config.name in self.topics:
            raise already_exists(config.name)
        self.topics[config.name] = Topic(config=config)

    def delete_topic(self, name: str) -> None:
        """Delete a topic; its subscriptions stay and keep what they have."""
        for subscription in self.topic(name).subscriptions.values():
            subscription.config.topic = DELETED_TOPIC
        del self.topics[name]

    def add_subscription(self, config: Message) -> None:
        """Create a subscription from a checked configuration; earlier messages are not for it."""
        if config.name in self.subscriptions:
            raise already_exists(config.name)
        topic = self.topic(config.topic)
        backlog = Backlog(
            delivery_rules(config),
            dead_letter=lambda message, attempts: self._dead_letter(config.name, message, attempts),
        )
        subscription = Subscription(config=config, backlog=backlog)
        self.subscriptions[config.name] = subscription
        topic.subscriptions[config.name] = subscription
        _restart_pushing(subscription)

    def change_subscription(self, config: Message) -> None:
        """Let a checked configuration take effect, on messages in the backlog too."""
        subscription = self.subscription(config.name)
        is_same_push = subscription.config.push_config == config.push_config
        subscription.config = config
        subscription.backlog.rules = delivery_rules(config)
        if not is_same_push:
            _restart_pushing(subscription)

    def delete_subscription(self, name: str) -> None:
        """Delete a subscription and its messages."""
        subscription = self.subscription(name)
        del self.subscriptions[name]
        if topic := self.topics.get(subscription.config.topic):
            del topic.subscriptions[name]
        if subscription.pushing:
            subscription.pushing.stop()
        subscription.backlog.close()

    def publish(self, topic_name: str, drafts: Iterable[Message]) -> list[str]:
        """Give every checked message to every subscription of the topic; return the new ids."""
        topic = self.topic(topic_name)
        now = datetime.now(UTC)
        # Google's publish times have milliseconds.
        publish_time = now.replace(microsecond=now.microsecond // 1_000 * 1_000)
        message_ids = []
        for draft in drafts:
            message = PublishedMessage.from_draft(
                draft, message_id=str(next(self._message_ids)), publish_time=publish_time
            )
            message_ids.append(message.message_id)
            for subscription in topic.subscriptions.values():
                subscription.backlog.add(message)
        topic.published += len(message_ids)
        return message_ids

    def reset(self) -> None:
        """Remove every topic and subscription."""
        for name in list(self.subscriptions):
            self.delete_subscription(name)
        self.topics.clear()

    def _dead_letter(
        self, subscription_name: str, message: PublishedMessage, attempts: int
    ) -> bool:
        dead_letters = self.subscription(subscription_name).backlog.rules.dead_letters
        if dead_letters is None or dead_letters.topic not in self.topics:
            return False
        project, subscription_id = project_and_id(subscription_name)
        # https://cloud.google.com/pubsub/docs/dead-letter-topics
        source = {
            "CloudPubSubDeadLetterSourceDeliveryCount": str(attempts),
            "CloudPubSubDeadLetterSourceSubscription": subscription_id,
            "CloudPubSubDeadLetterSourceSubscriptionProject": project,
            "CloudPubSubDeadLetterSourceTopicPublishTime": message.publish_time.isoformat(
                timespec="milliseconds"
            ),
        }
        draft = _MESSAGE(
            data=message.data,
            attributes={**message.attributes, **source},
            ordering_key=message.ordering_key,
        )
        self.publish(dead_letters.topic, [draft])
        return True


def _restart_pushing(subscription: Subscription) -> None:
    if subscription.pushing:
        subscription.pushing.stop()
        subscription.pushing = None
    config = subscription.config
    if config.push_config.push_endpoint:
        subscription.pushing = PushDelivery(
            subscription=config.name,
            push_config=config.push_config,
            backlog=subscription.backlog,
        )
