"""google.pubsub.v1.Subscriber: requests in, broker calls, answers out."""

import asyncio

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message
from google.pubsub_v1 import types

from local.pubsub.api_error import ApiError, invalid, not_found
from local.pubsub.backlog import Backlog, Lease
from local.pubsub.broker import Broker
from local.pubsub.pages import page_of
from local.pubsub.resource_names import check_project_name, check_subscription_name
from local.pubsub.rpc_methods import UnaryMethod
from local.pubsub.subscription_config import (
    MAX_ACK_DEADLINE_SECONDS,
    new_subscription,
    updated_subscription,
    with_push_config,
)

# Google waits "a bounded time" for a first message and does not say how long.
_PULL_WAIT_SECONDS = 5.0
_MAX_PULLED = 1_000

_PULL_RESPONSE = types.PullResponse.pb()
_LIST_SUBSCRIPTIONS_RESPONSE = types.ListSubscriptionsResponse.pb()


class SubscriberApi:
    """The subscription half of the service, without streaming pull."""

    def __init__(self, broker: Broker, *, min_ack_deadline: int) -> None:
        self._broker = broker
        self._min_ack_deadline = min_ack_deadline

    def methods(self) -> list[UnaryMethod]:
        """Return every method this half answers."""
        return [
            UnaryMethod(
                name="CreateSubscription", request=types.Subscription.pb(), answer=self._create
            ),
            UnaryMethod(
                name="GetSubscription", request=types.GetSubscriptionRequest.pb(), answer=self._get
            ),
            UnaryMethod(
                name="UpdateSubscription",
                request=types.UpdateSubscriptionRequest.pb(),
                answer=self._update,
            ),
            UnaryMethod(
                name="ListSubscriptions",
                request=types.ListSubscriptionsRequest.pb(),
                answer=self._list,
            ),
            UnaryMethod(
                name="DeleteSubscription",
                request=types.DeleteSubscriptionRequest.pb(),
                answer=self._delete,
            ),
            UnaryMethod(
                name="ModifyPushConfig",
                request=types.ModifyPushConfigRequest.pb(),
                answer=self._modify_push_config,
            ),
            UnaryMethod(name="Pull", request=types.PullRequest.pb(), answer=self._pull),
            UnaryMethod(
                name="Acknowledge", request=types.AcknowledgeRequest.pb(), answer=self._acknowledge
            ),
            UnaryMethod(
                name="ModifyAckDeadline",
                request=types.ModifyAckDeadlineRequest.pb(),
                answer=self._modify_ack_deadline,
            ),
        ]

    async def _create(self, request: Message) -> Message:
        config = new_subscription(request, min_ack_deadline=self._min_ack_deadline)
        self._broker.add_subscription(config)
        return config

    async def _get(self, request: Message) -> Message:
        check_subscription_name(request.subscription)
        return self._broker.subscription(request.subscription).config

    async def _update(self, request: Message) -> Message:
        name = request.subscription.name
        check_subscription_name(name)
        config = updated_subscription(
            self._broker.subscription(name).config,
            request,
            min_ack_deadline=self._min_ack_deadline,
        )
        self._broker.change_subscription(config)
        return config

    async def _list(self, request: Message) -> Message:
        check_project_name(request.project)
        subscriptions = self._broker.subscriptions
        names, next_page_token = page_of(
            (name for name in subscriptions if name.startswith(f"{request.project}/")),
            page_size=request.page_size,
            page_token=request.page_token,
        )
        return _LIST_SUBSCRIPTIONS_RESPONSE(
            subscriptions=[subscriptions[name].config for name in names],
            next_page_token=next_page_token,
        )

    async def _delete(self, request: Message) -> Message:
        check_subscription_name(request.subscription)
        self._broker.delete_subscription(request.subscription)
        return Empty()

    async def _modify_push_config(self, request: Message) -> Message:
        check_subscription_name(request.subscription)
        config = with_push_config(
            self._broker.subscription(request.subscription).config,
            request.push_config,
            min_ack_deadline=self._min_ack_deadline,
        )
        self._broker.change_subscription(config)
        return Empty()

    async def _pull(self, request: Message) -> Message:
        if request.max_messages <= 0:
            raise invalid(f"Invalid max_messages given: {request.max_messages}")
        backlog = pullable_backlog(self._broker, request.subscription)
        limit = min(request.max_messages, _MAX_PULLED)
        wait = 0.0 if request.return_immediately else _PULL_WAIT_SECONDS
        leases = await _take_within(wait, backlog, limit)
        if backlog.is_closed:
            raise not_found(request.subscription)
        return _PULL_RESPONSE(received_messages=[received(backlog, lease) for lease in leases])

    async def _acknowledge(self, request: Message) -> Message:
        backlog = self._backlog(request.subscription)
        if not request.ack_ids:
            raise invalid("No ack ids specified.")
        backlog.acknowledge(request.ack_ids)
        return Empty()

    async def _modify_ack_deadline(self, request: Message) -> Message:
        backlog = self._backlog(request.subscription)
        if not request.ack_ids:
            raise invalid("No ack ids specified.")
        check_deadline(request.ack_deadline_seconds, minimum=0)
        for ack_id in request.ack_ids:
            backlog.modify_deadline(ack_id, request.ack_deadline_seconds)
        return Empty()

    def _backlog(self, name: str) -> Backlog:
        check_subscription_name(name)
        return self._broker.subscription(name).backlog


def pullable_backlog(broker: Broker, name: str) -> Backlog:
    """Return the backlog of a subscription that does not push, or raise ApiError."""
    check_subscription_name(name)
    subscription = broker.subscription(name)
    if subscription.pushing:
        raise ApiError(
            grpc.StatusCode.FAILED_PRECONDITION,
            "This method is not supported for this subscription type.",
        )
    return subscription.backlog


def received(backlog: Backlog, lease: Lease) -> Message:
    """Return a lease as pullers see it; the attempt is told only with a dead-letter policy."""
    attempt = lease.attempt if backlog.rules.dead_letters else 0
    return lease.message.received(ack_id=lease.ack_id, delivery_attempt=attempt)


def check_deadline(seconds: int, *, minimum: int) -> None:
    """Raise ApiError unless a lease may last so long."""
    if not minimum <= seconds <= MAX_ACK_DEADLINE_SECONDS:
        raise invalid(
            f"Invalid ack deadline given: {seconds} is not between"
            f" {minimum} and {MAX_ACK_DEADLINE_SECONDS} seconds."
        )


async def _take_within(wait_seconds: float, backlog: Backlog, limit: int) -> list[Lease]:
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + wait_seconds
    while True:
        leases = backlog.take(limit, lease_seconds=backlog.rules.ack_deadline_seconds)
        if leases or backlog.is_closed or loop.time() >= give_up_at:
            return leases
        # Several pullers are woken by one message, hence the loop.
        try:
            async with asyncio.timeout_at(give_up_at):
                await backlog.is_ready.wait()
        except TimeoutError:
            return []
