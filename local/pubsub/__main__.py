"""Command line: `python -m local.pubsub --host 127.0.0.1 --port 8085 --control-port 8086`."""

import argparse
import asyncio
import json
import signal

import grpc.aio

from local.pubsub.broker import Broker
from local.pubsub.control import Control
from local.pubsub.control_http import serve_control
from local.pubsub.faults import FaultPlan
from local.pubsub.publisher_api import PublisherApi
from local.pubsub.rpc_dispatch import RpcDispatch
from local.pubsub.streaming_pull import StreamingPullApi
from local.pubsub.subscriber_api import SubscriberApi

_MIN_ACK_DEADLINE_SECONDS = 10
_MIN_SHORT_ACK_DEADLINE_SECONDS = 1
_STOP_SECONDS = 0.2
_SERVER_OPTIONS = (
    # Two servers on one port would otherwise share it without a word.
    ("grpc.so_reuseport", 0),
    # Our own limits answer what is too large; gRPC's would say RESOURCE_EXHAUSTED.
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
)


def main() -> None:
    """Read the command line and serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m local.pubsub", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="gRPC; 0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="HTTP; 0 takes a free one")
    parser.add_argument(
        "--allow-short-deadlines",
        action="store_true",
        help="take ack deadlines from 1 second; Google's minimum is 10",
    )
    arguments = parser.parse_args()
    asyncio.run(
        _serve(
            host=arguments.host,
            port=arguments.port,
            control_port=arguments.control_port,
            min_ack_deadline=_MIN_SHORT_ACK_DEADLINE_SECONDS
            if arguments.allow_short_deadlines
            else _MIN_ACK_DEADLINE_SECONDS,
        )
    )


async def _serve(*, host: str, port: int, control_port: int, min_ack_deadline: int) -> None:
    is_ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, is_ending.set)

    broker = Broker()
    faults = FaultPlan()
    subscriber = SubscriberApi(broker, min_ack_deadline=min_ack_deadline)
    streaming_pull = StreamingPullApi(broker, min_ack_deadline=min_ack_deadline)
    dispatch = RpcDispatch(
        publisher=PublisherApi(broker).methods(),
        subscriber=[*subscriber.methods(), streaming_pull.method()],
        faults=faults,
    )
    server = grpc.aio.server(options=_SERVER_OPTIONS)
    server.add_generic_rpc_handlers((dispatch,))
    bound_port = server.add_insecure_port(f"{host}:{port}")
    await server.start()
    control = Control(broker=broker, faults=faults, dispatch=dispatch)
    bound_control_port = serve_control(control, host=host, port=control_port)
    ready = {"ready": True, "port": bound_port, "control_port": bound_control_port}
    print(json.dumps(ready), flush=True)

    await is_ending.wait()
    await server.stop(_STOP_SECONDS)
    broker.reset()


if __name__ == "__main__":
    main()
