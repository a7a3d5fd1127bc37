"""Starts the servers the other Pub/Sub tests talk to, and checks the process itself."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from google.api_core.exceptions import NotFound
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher.client import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber.client import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

PROJECT = "projects/local-project"
_REPOSITORY = Path(__file__).parents[2]
_EMULATOR_START_SECONDS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A running server and the official generated clients connected to it."""

    port: int
    control: str
    channel: grpc.Channel
    publisher: PublisherClient
    subscriber: SubscriberClient

    def topic(self) -> str:
        name = f"{PROJECT}/topics/t{uuid.uuid4().hex}"
        self.publisher.create_topic(name=name)
        return name

    def subscription(self, topic: str, **config: object) -> str:
        name = f"{PROJECT}/subscriptions/s{uuid.uuid4().hex}"
        self.subscriber.create_subscription(request={"name": name, "topic": topic, **config})
        return name

    def publish(self, topic: str, *messages: types.PubsubMessage) -> list[str]:
        answer = self.publisher.publish(topic=topic, messages=list(messages), retry=None, timeout=5)
        return list(answer.message_ids)

    def pull(self, subscription: str, *, limit: int = 10) -> list[types.ReceivedMessage]:
        """Return what there is, waiting a little for a first message."""
        request = {"subscription": subscription, "max_messages": limit}
        answer = self.subscriber.pull(request=request, retry=None, timeout=20)
        return list(answer.received_messages)

    def pull_now(self, subscription: str) -> list[types.ReceivedMessage]:
        request = types.PullRequest.pb()(
            subscription=subscription, max_messages=10, return_immediately=True
        )
        # The client calls the flag deprecated; a test that nothing comes need not wait with it.
        with pytest.warns(DeprecationWarning, match="return_immediately"):
            answer = self.subscriber.pull(request=types.PullRequest.wrap(request), timeout=20)
        return list(answer.received_messages)

    def acknowledge(self, subscription: str, *received: types.ReceivedMessage) -> None:
        self.subscriber.acknowledge(
            subscription=subscription, ack_ids=[one.ack_id for one in received]
        )

    def refuse(self, subscription: str, *received: types.ReceivedMessage) -> None:
        self.subscriber.modify_ack_deadline(
            subscription=subscription,
            ack_ids=[one.ack_id for one in received],
            ack_deadline_seconds=0,
        )


@contextmanager
def local_server(*options: str) -> Iterator[Lane]:
    command = [sys.executable, "-m", "local.pubsub", "--port", "0", "--control-port", "0"]
    with _process([*command, *options]) as process:
        ready = _ready_line(process)
        with _lane(ready["port"], control_port=ready["control_port"]) as lane:
            yield lane


@contextmanager
def official_emulator() -> Iterator[Lane]:
    java, jar = shutil.which("java"), _emulator_jar()
    if java is None or jar is None:
        pytest.skip("the official Pub/Sub emulator (java and gcloud's jar) is not installed")
    port = _free_port()
    light = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    command = [java, *light, "-jar", str(jar), "--host=127.0.0.1", f"--port={port}"]
    # The emulator logs every request.
    running = _process(command, stderr=subprocess.DEVNULL)
    with running as process, _lane(port, control_port=0) as lane:
        grpc.channel_ready_future(lane.channel).result(_EMULATOR_START_SECONDS)
        assert process.poll() is None
        yield lane


def _emulator_jar() -> Path | None:
    gcloud = shutil.which("gcloud")
    if gcloud is None:
        return None
    command = [gcloud, "info", "--format=value(installation.sdk_root)"]
    root = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    jars = (Path(root) / "platform/pubsub-emulator/lib").glob("cloud-pubsub-emulator-*-all.jar")
    return max(jars, default=None)


@contextmanager
def _process(command: list[str], *, stderr: int | None = None) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        command,
        cwd=_REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _ready_line(process: subprocess.Popen[str]) -> dict[str, int]:
    assert process.stdout is not None
    ready: dict[str, int] = json.loads(process.stdout.readline())
    return ready


@contextmanager
def _lane(port: int, *, control_port: int) -> Iterator[Lane]:
    # As the clients set it themselves when they make their channel.
    options = (("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1))
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=options)
    try:
        yield Lane(
            port=port,
            control=f"http://127.0.0.1:{control_port}",
            channel=channel,
            publisher=PublisherClient(transport=PublisherGrpcTransport(channel=channel)),
            subscriber=SubscriberClient(transport=SubscriberGrpcTransport(channel=channel)),
        )
    finally:
        channel.close()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _start(*options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local.pubsub", *options],
        cwd=_REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_within_a_second_while_a_client_waits(
    number: signal.Signals,
) -> None:
    with _start() as process:
        try:
            ready = _ready_line(process)
            with _lane(ready["port"], control_port=ready["control_port"]) as lane:
                name = lane.subscription(lane.topic())
                stream: grpc.Future = lane.subscriber.streaming_pull(
                    iter(
                        [
                            types.StreamingPullRequest(
                                subscription=name, stream_ack_deadline_seconds=10
                            )
                        ]
                    )
                )
                asked_at = time.monotonic()
                process.send_signal(number)
                rest, diagnostics = process.communicate(timeout=5)
                assert time.monotonic() - asked_at < 5
                stream.cancel()
        finally:
            process.kill()
    assert (process.returncode, rest, diagnostics) == (0, "", "")
    assert ready["ready"] is True


def test_a_taken_port_ends_the_server_at_once_and_unsuccessfully() -> None:
    with local_server() as lane, _start("--port", str(lane.port)) as second:
        try:
            rest, diagnostics = second.communicate(timeout=5)
        finally:
            second.kill()
    assert second.returncode != 0
    assert rest == ""
    assert str(lane.port) in diagnostics


def test_short_ack_deadlines_are_taken_only_with_the_flag() -> None:
    with local_server("--allow-short-deadlines") as lane:
        name = lane.subscription(lane.topic(), ack_deadline_seconds=1)
        assert lane.subscriber.get_subscription(subscription=name).ack_deadline_seconds == 1


def test_message_ids_go_on_after_a_restart() -> None:
    ids = []
    for _ in range(2):
        with local_server() as lane:
            with pytest.raises(NotFound):
                lane.publisher.get_topic(topic=f"{PROJECT}/topics/t-of-an-earlier-life")
            ids += lane.publish(lane.topic(), types.PubsubMessage(data=b"x"))
    assert int(ids[0]) < int(ids[1])
