"""Pushes one subscription's messages to its endpoint, several at a time."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from google.protobuf.message import Message

from local.pubsub.backlog import Backlog, Lease
from local.pubsub.http_post import BrokenAnswerError, post
from local.pubsub.oidc_token import oidc_token
from local.pubsub.push_request import push_request

PARALLEL_PUSHES = 16

# https://cloud.google.com/pubsub/docs/push#receive_push
_ACKNOWLEDGING = frozenset({102, 200, 201, 202, 204})


class PushDelivery:
    """Delivers until stopped; what was under way then is counted as a failed attempt."""

    def __init__(self, *, subscription: str, push_config: Message, backlog: Backlog) -> None:
        self._subscription = subscription
        self._push_config = push_config
        self._backlog = backlog
        self._task = asyncio.get_running_loop().create_task(self._run())
        self._task.add_done_callback(_report_defect)

    def stop(self) -> None:
        """End all deliveries; nothing of them happens after this call but their settling."""
        self._task.cancel()

    async def _run(self) -> None:
        slots = asyncio.Semaphore(PARALLEL_PUSHES)
        async with asyncio.TaskGroup() as deliveries:
            while not self._backlog.is_closed:
                await self._backlog.is_ready.wait()
                await slots.acquire()
                # A push is settled by its answer or its timeout, so the lease has no own deadline.
                leases = self._backlog.take(1, lease_seconds=None)
                if not leases:
                    slots.release()
                for lease in leases:
                    delivery = deliveries.create_task(self._deliver(lease))
                    delivery.add_done_callback(lambda _: slots.release())

    async def _deliver(self, lease: Lease) -> None:
        is_acknowledged = False
        try:
            # No connection, no answer in time (TimeoutError is an OSError), or no HTTP.
            with suppress(OSError, BrokenAnswerError):
                async with asyncio.timeout(self._backlog.rules.ack_deadline_seconds):
                    is_acknowledged = await self._post(lease) in _ACKNOWLEDGING
        finally:
            if is_acknowledged:
                self._backlog.acknowledge([lease.ack_id])
            else:
                self._backlog.refuse(lease.ack_id)

    async def _post(self, lease: Lease) -> int:
        config = self._push_config
        request = push_request(
            lease,
            subscription=self._subscription,
            push_config=config,
            tells_attempt=self._backlog.rules.dead_letters is not None,
        )
        headers = dict(request.headers)
        if config.HasField("oidc_token"):
            token = oidc_token(
                email=config.oidc_token.service_account_email,
                audience=config.oidc_token.audience or config.push_endpoint,
                now=datetime.now(UTC),
            )
            headers["Authorization"] = f"Bearer {token}"
        return await post(config.push_endpoint, headers=headers, body=request.body)


def _report_defect(pushing: asyncio.Task[None]) -> None:
    # Nobody awaits the task, so a defect in it would otherwise look like a quiet subscription.
    if not pushing.cancelled() and (defect := pushing.exception()):
        context = {"message": "pushing has ended", "exception": defect, "task": pushing}
        pushing.get_loop().call_exception_handler(context)
