"""What a test can order and ask beside the protocol: faults, progress, a fresh start."""

import json
from dataclasses import asdict
from http import HTTPStatus

from local.pubsub.broker import Broker
from local.pubsub.faults import Fault, FaultOrderError, FaultPlan
from local.pubsub.rpc_dispatch import RpcDispatch

Reply = tuple[HTTPStatus, dict[str, object]]


class Control:
    """Answers of the control port; used from the event loop's thread only."""

    def __init__(self, *, broker: Broker, faults: FaultPlan, dispatch: RpcDispatch) -> None:
        self._broker = broker
        self._faults = faults
        self._dispatch = dispatch

    async def reply(self, method: str, path: str, body: bytes) -> Reply:
        """Do what the request says."""
        match method, path:
            case "POST", "/faults":
                return self._order_fault(body)
            case "DELETE", "/faults":
                self._faults.clear()
                return HTTPStatus.OK, {}
            case "GET", "/stats":
                return HTTPStatus.OK, self._stats()
            case "POST", "/reset":
                self._broker.reset()
                self._faults.clear()
                self._dispatch.requests.clear()
                return HTTPStatus.OK, {}
            case _:
                return HTTPStatus.NOT_FOUND, {"error": f"nothing answers {method} {path}"}

    def _order_fault(self, body: bytes) -> Reply:
        try:
            fault = Fault.from_order(json.loads(body), methods=self._dispatch.method_names)
        except (ValueError, FaultOrderError) as error:
            return HTTPStatus.BAD_REQUEST, {"error": str(error)}
        self._faults.add(fault)
        return HTTPStatus.OK, {}

    def _stats(self) -> dict[str, object]:
        return {
            "requests": dict(self._dispatch.requests),
            "topics": {
                name: {"published": topic.published} for name, topic in self._broker.topics.items()
            },
            "subscriptions": {
                name: {
                    **asdict(subscription.backlog.counts),
                    "outstanding": subscription.backlog.outstanding,
                }
                for name, subscription in self._broker.subscriptions.items()
            },
        }
