"""Looks at topics and subscriptions."""

from typing import Any, Final

from google.api_core import exceptions as google_errors
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.subscriber import SubscriberClient

from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.doctor import SubscriptionFacts

_SECONDS: Final = 10.0


class PubsubHealth:
    """Reads the set-up with the clients of the library."""

    def __init__(
        self, publisher: PublisherClient, subscriber: SubscriberClient, *, project_id: str
    ) -> None:
        self._publisher = publisher
        self._subscriber = subscriber
        self._project_id = project_id

    def subscriptions(self, topic: str) -> tuple[SubscriptionFacts, ...] | None:
        """Return a topic's subscriptions, or None where there is no such topic.

        Raises:
            RetryableError: the broker did not answer, or does not let us look.
        """
        path = f"projects/{self._project_id}/topics/{topic}"
        how: dict[str, Any] = {"retry": None, "timeout": _SECONDS}
        try:
            self._publisher.get_topic(topic=path, **how)
            names = list(self._publisher.list_topic_subscriptions(topic=path, **how))
            return tuple(
                _facts(self._subscriber.get_subscription(subscription=name, **how))
                for name in names
            )
        except google_errors.NotFound:
            return None
        except (google_errors.GoogleAPICallError, GoogleAuthError) as error:
            raise RetryableError(RetryReason.PUBLISH_FAILED) from error


def _facts(subscription: Any) -> SubscriptionFacts:  # noqa: ANN401 - made at run time
    policy, retry = subscription.dead_letter_policy, subscription.retry_policy
    # Absent messages read as empty ones.
    has_retry = "retry_policy" in subscription
    return SubscriptionFacts(
        name=_last(subscription.name),
        push_endpoint=subscription.push_config.push_endpoint or None,
        ack_deadline=subscription.ack_deadline_seconds,
        dead_letter_topic=_last(policy.dead_letter_topic) or None,
        max_delivery_attempts=policy.max_delivery_attempts,
        retention=int(subscription.message_retention_duration.total_seconds()),
        expires=bool(subscription.expiration_policy.ttl),
        minimum_backoff=retry.minimum_backoff.total_seconds() if has_retry else None,
        maximum_backoff=retry.maximum_backoff.total_seconds() if has_retry else None,
    )


def _last(path: str) -> str:
    return path.rpartition("/")[2]
