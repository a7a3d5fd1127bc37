"""Plays the writer of the content: takes jobs from its topic, and says what became of them."""

import json
from types import TracebackType
from typing import Any, Self

import grpc
from google.api_core.exceptions import DeadlineExceeded
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport
from google.pubsub_v1.types import PubsubMessage

from local.queues import CONTENT_READY_TOPIC, JOBS_SUBSCRIPTION

_PULL_SECONDS = 5.0


class ContentWriter:
    """Speaks to a Pub/Sub stand-in."""

    def __init__(self, host: str, *, project_id: str) -> None:
        self._channel = grpc.insecure_channel(host)
        self._publisher = PublisherClient(transport=PublisherGrpcTransport(channel=self._channel))
        self._subscriber = SubscriberClient(
            transport=SubscriberGrpcTransport(channel=self._channel)
        )
        self._project = f"projects/{project_id}"

    def __enter__(self) -> Self:
        """Take the connection."""
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it back."""
        self._channel.close()

    def take_jobs(self, *, at_most: int = 10) -> list[dict[str, Any]]:
        """Return jobs that nobody has taken, [] where there are none yet; they are done then."""
        subscription = f"{self._project}/subscriptions/{JOBS_SUBSCRIPTION}"
        try:
            pulled = self._subscriber.pull(
                subscription=subscription, max_messages=at_most, retry=None, timeout=_PULL_SECONDS
            ).received_messages
        except DeadlineExceeded:
            return []
        if pulled:
            self._subscriber.acknowledge(
                subscription=subscription, ack_ids=[each.ack_id for each in pulled]
            )
        return [json.loads(each.message.data) for each in pulled]

    def say(self, order_id: str, status: str = "ready", **more: object) -> None:
        """Say that an order is `ready`, or has `failed`."""
        report = {"order_id": order_id, "status": status, **more}
        self._publisher.publish(
            topic=f"{self._project}/topics/{CONTENT_READY_TOPIC}",
            messages=[PubsubMessage(data=json.dumps(report).encode())],
        )
