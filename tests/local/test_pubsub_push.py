"""The push endpoint the other push tests share, and what one push looks like."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest
from google.api_core.exceptions import FailedPrecondition, InvalidArgument
from google.pubsub_v1 import types
from typing_extensions import override

from tests.local.test_pubsub_process import Lane, local_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One POST as the endpoint saw it."""

    at: float
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def envelope(self) -> dict[str, object]:
        envelope: dict[str, object] = json.loads(self.body)
        return envelope

    @property
    def message(self) -> dict[str, object]:
        message = self.envelope["message"]
        assert isinstance(message, dict)
        return message

    @property
    def data(self) -> bytes:
        return base64.b64decode(str(self.message.get("data", "")))


@dataclass(slots=True, kw_only=True)
class Endpoint:
    """Records pushes and answers each with what `status` says."""

    port: int
    status: Callable[[Push], int] = lambda _: 204
    pushes: list[Push] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/push"

    def wait(self, count: int, *, seconds: float = 10) -> list[Push]:
        until(lambda: len(self.pushes) >= count, seconds=seconds)
        return self.pushes[:count]

    def gaps(self) -> list[float]:
        times = [push.at for push in self.pushes]
        return [later - earlier for earlier, later in pairwise(times)]


def until(is_so: Callable[[], bool], *, seconds: float = 10) -> None:
    give_up_at = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up_at, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def push_endpoint(port: int = 0) -> Iterator[Endpoint]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            push = Push(at=time.monotonic(), path=self.path, headers=headers, body=body)
            recorded.pushes.append(push)
            self.send_response(recorded.status(push))
            self.end_headers()

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        # With the default of 5 the kernel drops some of 16 connections for a second.
        request_queue_size = 64

    server = Server(("127.0.0.1", port), Handler)
    recorded = Endpoint(port=server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield recorded
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def lane() -> Iterator[Lane]:
    with local_server() as lane:
        yield lane


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with push_endpoint() as endpoint:
        yield endpoint


def test_the_body_is_googles_envelope_and_nothing_more(lane: Lane, endpoint: Endpoint) -> None:
    topic = lane.topic()
    name = lane.subscription(topic, push_config={"push_endpoint": f"{endpoint.url}?token=a%20b"})
    draft = types.PubsubMessage(data=b"hello", attributes={"k": "v"}, ordering_key="key")
    [message_id] = lane.publish(topic, draft)
    [push] = endpoint.wait(1)
    publish_time = push.message["publishTime"]
    assert push.envelope == {
        "message": {
            "data": "aGVsbG8=",
            "attributes": {"k": "v"},
            "messageId": message_id,
            "message_id": message_id,
            "publishTime": publish_time,
            "publish_time": publish_time,
            "orderingKey": "key",
        },
        "subscription": name,
    }
    assert push.path == "/push?token=a%20b"
    assert push.headers["content-type"] == "application/json"
    assert "authorization" not in push.headers
    published_at = datetime.strptime(str(publish_time), "%Y-%m-%dT%H:%M:%S.%f%z")
    assert datetime.now(UTC) - published_at < timedelta(seconds=10)
    assert len(str(publish_time)) == len("2026-01-02T03:04:05.678Z")


def test_a_message_of_attributes_only_has_no_data_key(lane: Lane, endpoint: Endpoint) -> None:
    topic = lane.topic()
    lane.subscription(topic, push_config={"push_endpoint": endpoint.url})
    lane.publish(topic, types.PubsubMessage(attributes={"k": "v"}))
    [push] = endpoint.wait(1)
    assert "data" not in push.message
    assert "orderingKey" not in push.message


def test_the_attempt_is_told_only_with_a_dead_letter_policy(lane: Lane, endpoint: Endpoint) -> None:
    topic = lane.topic()
    endpoint.status = lambda _: 204 if len(endpoint.pushes) == 3 else 500
    lane.subscription(
        topic,
        push_config={"push_endpoint": endpoint.url},
        dead_letter_policy={"dead_letter_topic": lane.topic(), "max_delivery_attempts": 5},
    )
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    assert [push.envelope["deliveryAttempt"] for push in endpoint.wait(3)] == [1, 2, 3]


def test_without_wrapper_the_body_is_the_data_and_the_rest_is_headers(
    lane: Lane, endpoint: Endpoint
) -> None:
    topic = lane.topic()
    config = {"push_endpoint": endpoint.url, "no_wrapper": {"write_metadata": True}}
    name = lane.subscription(topic, push_config=config)
    attributes = {"Content-Type": "text/plain", "event": "message_created"}
    [message_id] = lane.publish(topic, types.PubsubMessage(data=b"\x00raw", attributes=attributes))
    [push] = endpoint.wait(1)
    assert push.body == b"\x00raw"
    assert push.headers["event"] == "message_created"
    assert push.headers["content-type"] == "text/plain"
    assert push.headers["x-goog-pubsub-message-id"] == message_id
    assert push.headers["x-goog-pubsub-subscription-name"] == name
    assert push.headers["x-goog-pubsub-publish-time"].endswith("Z")


def test_without_wrapper_and_metadata_only_the_data_travels(lane: Lane, endpoint: Endpoint) -> None:
    topic = lane.topic()
    config = {"push_endpoint": endpoint.url, "no_wrapper": {"write_metadata": False}}
    lane.subscription(topic, push_config=config)
    lane.publish(topic, types.PubsubMessage(data=b"raw", attributes={"event": "hidden"}))
    [push] = endpoint.wait(1)
    assert push.body == b"raw"
    assert not [header for header in push.headers if header.startswith(("x-goog", "event"))]


@pytest.mark.parametrize("audience", ["https://worker.example", ""])
def test_a_push_with_oidc_carries_a_token_with_googles_claims(
    lane: Lane, endpoint: Endpoint, audience: str
) -> None:
    topic = lane.topic()
    identity = {"service_account_email": "push@local.example", "audience": audience}
    config = {"push_endpoint": endpoint.url, "oidc_token": identity}
    lane.subscription(topic, push_config=config)
    lane.publish(topic, types.PubsubMessage(data=b"x"))
    [push] = endpoint.wait(1)
    scheme, token = push.headers["authorization"].split(" ")
    header, claims, signature = (
        base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in token.split(".")
    )
    assert scheme == "Bearer"
    assert json.loads(header)["typ"] == "JWT"
    assert signature
    told = json.loads(claims)
    assert told["aud"] == (audience or endpoint.url)
    assert told["email"] == "push@local.example"
    assert told["email_verified"] is True
    assert told["iss"] == "https://accounts.google.com"
    assert told["exp"] - told["iat"] == 3600
    assert abs(told["iat"] - time.time()) < 10


@pytest.mark.parametrize(
    "url",
    [
        "not a url",
        "ftp://127.0.0.1/x",
        "http:///path",
        "http://127.0.0.1:70000/",
        "http://127.0.0.1/a b",
        "http://a..b/",
        "http://[::1/",
    ],
)
def test_an_endpoint_that_is_no_web_address_is_refused(lane: Lane, url: str) -> None:
    with pytest.raises(InvalidArgument):
        lane.subscription(lane.topic(), push_config={"push_endpoint": url})


def test_a_push_subscription_cannot_be_pulled_until_its_endpoint_is_removed(
    lane: Lane, endpoint: Endpoint
) -> None:
    topic = lane.topic()
    name = lane.subscription(topic, push_config={"push_endpoint": endpoint.url})
    with pytest.raises(FailedPrecondition):
        lane.pull(name)
    lane.subscriber.modify_push_config(subscription=name, push_config=types.PushConfig())
    lane.publish(topic, types.PubsubMessage(data=b"pulled"))
    assert [received.message.data for received in lane.pull(name)] == [b"pulled"]
    lane.publish(topic, types.PubsubMessage(data=b"pushed"))
    config = types.PushConfig(push_endpoint=endpoint.url)
    lane.subscriber.modify_push_config(subscription=name, push_config=config)
    [push] = endpoint.wait(1)
    assert push.data == b"pushed"
