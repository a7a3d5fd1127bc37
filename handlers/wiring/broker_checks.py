"""Builds the doctor's checks of Pub/Sub."""

from collections.abc import Iterator
from typing import Final

import grpc
from google.auth.exceptions import GoogleAuthError
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from handlers import settings_parts as parts
from handlers.clients.pubsub_health import PubsubHealth
from handlers.doctor.broker_checks import SubscriptionsCheck, TopicCheck
from handlers.doctor.diagnosis import Check
from handlers.domain.errors import RetryableError, RetryReason
from handlers.settings import command_settings
from handlers.wiring.deferred_checks import Deferred
from handlers.wiring.instance import once

_WORK_DAYS: Final = 7
_DEAD_LETTER_DAYS: Final = 31


def broker_checks() -> Iterator[Check]:
    """Yield one check for each topic."""

    @once
    def health() -> PubsubHealth:
        return _pubsub_health(command_settings(parts.broker))

    def work() -> Check:
        return SubscriptionsCheck(
            health=health(),
            topic=command_settings(parts.broker).topic,
            dead_letter_topic=command_settings(parts.dead_letter_topic),
            days_kept=_WORK_DAYS,
        )

    def dead_letters() -> Check:
        topic = command_settings(parts.dead_letter_topic)
        return SubscriptionsCheck(
            health=health(), topic=topic, dead_letter_topic=None, days_kept=_DEAD_LETTER_DAYS
        )

    def ready() -> Check:
        topic = command_settings(parts.content_ready_topic)
        return SubscriptionsCheck(
            health=health(), topic=topic, dead_letter_topic=None, days_kept=_WORK_DAYS
        )

    def jobs() -> Check:
        return TopicCheck(health=health(), topic=command_settings(parts.content_jobs_topic))

    yield Deferred(about="topic of the deliveries", build=work)
    yield Deferred(about="topic of the dead letters", build=dead_letters)
    yield Deferred(about="topic of the jobs", build=jobs)
    yield Deferred(about="topic of the ready content", build=ready)


def _pubsub_health(settings: parts.BrokerSettings) -> PubsubHealth:
    try:
        if settings.emulator_host is None:
            publisher, subscriber = PublisherClient(), SubscriberClient()
        else:
            channel = grpc.insecure_channel(settings.emulator_host)
            publisher = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
            subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=channel))
    except GoogleAuthError as error:
        raise RetryableError(RetryReason.PUBLISH_FAILED) from error
    return PubsubHealth(publisher, subscriber, project_id=settings.project_id)
