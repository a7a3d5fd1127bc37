"""Creates the topics and subscriptions that a deployment would, on a Pub/Sub stand-in."""

from typing import Any

import grpc
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import (
    DeadLetterPolicy,
    ExpirationPolicy,
    PushConfig,
    RetryPolicy,
    Subscription,
    Topic,
)

TOPIC = "chatwoot-events"
DEAD_LETTER_TOPIC = "chatwoot-events-dlq"
CONTENT_JOBS_TOPIC = "content-jobs"
CONTENT_READY_TOPIC = "content-ready"
SUBSCRIPTION = "process-message"
DEAD_LETTER_SUBSCRIPTION = "dead-letters"
READY_SUBSCRIPTION = "notify-ready"
JOBS_SUBSCRIPTION = "content-writer"
"""The writer's, who pulls."""
_ACK_DEADLINE_SECONDS = 600
_DAY_SECONDS = 24 * 60 * 60
# A deployment waits 10 to 600 s; who watches a demo does not want to.
_MIN_BACKOFF_SECONDS = 1
_MAX_BACKOFF_SECONDS = 10


def create_queues(  # noqa: PLR0913 - what a deployment decides
    host: str,
    *,
    project_id: str,
    push_endpoint: str,
    dead_letter_endpoint: str,
    ready_endpoint: str,
    max_delivery_attempts: int = 100,
    dead_letter_retention_days: int = 31,
) -> None:
    """Create the topics, the push subscriptions to our functions, and the writer's own."""
    dead_letters = DeadLetterPolicy(
        dead_letter_topic=f"projects/{project_id}/topics/{DEAD_LETTER_TOPIC}",
        max_delivery_attempts=max_delivery_attempts,
    )
    retention = Duration(seconds=dead_letter_retention_days * _DAY_SECONDS)
    with grpc.insecure_channel(host) as channel:
        publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
        for topic in (TOPIC, DEAD_LETTER_TOPIC, CONTENT_JOBS_TOPIC, CONTENT_READY_TOPIC):
            publisher.create_topic(request=Topic(name=f"projects/{project_id}/topics/{topic}"))
        for subscription in (
            _subscription(
                project_id, SUBSCRIPTION, TOPIC, push_endpoint, dead_letter_policy=dead_letters
            ),
            _subscription(
                project_id,
                DEAD_LETTER_SUBSCRIPTION,
                DEAD_LETTER_TOPIC,
                dead_letter_endpoint,
                message_retention_duration=retention,
            ),
            _subscription(project_id, READY_SUBSCRIPTION, CONTENT_READY_TOPIC, ready_endpoint),
            _subscription(project_id, JOBS_SUBSCRIPTION, CONTENT_JOBS_TOPIC, None),
        ):
            subscriber.create_subscription(request=subscription)


def _subscription(
    project_id: str,
    name: str,
    topic: str,
    push_endpoint: str | None,
    **policies: Any,  # noqa: ANN401 - fields of the request
) -> Subscription:
    """Return a subscription; without an endpoint it is one to pull from."""
    return Subscription(
        name=f"projects/{project_id}/subscriptions/{name}",
        topic=f"projects/{project_id}/topics/{topic}",
        push_config=PushConfig(push_endpoint=push_endpoint or ""),
        # An empty one: it never disappears, however long it is idle.
        expiration_policy=ExpirationPolicy(),
        ack_deadline_seconds=_ACK_DEADLINE_SECONDS,
        retry_policy=RetryPolicy(
            minimum_backoff=Duration(seconds=_MIN_BACKOFF_SECONDS),
            maximum_backoff=Duration(seconds=_MAX_BACKOFF_SECONDS),
        ),
        **policies,
    )
