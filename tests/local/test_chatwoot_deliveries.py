"""The local Chatwoot signs each delivery and sends it once, within five seconds."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.chatwoot.rails_format import to_json
from local.chatwoot.signature import signed_headers
from tests.local.chatwoot_server import WEBHOOK_KEY, Chatwoot, Receiver, run_chatwoot, run_receiver

_SAMPLES = Path(__file__).parents[1] / "samples" / "chatwoot"


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with run_receiver() as running:
        yield running


@pytest.fixture(scope="module")
def chatwoot(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    options = ["--webhook-url", receiver.url, "--secret", WEBHOOK_KEY]
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot"), *options) as running:
        yield running


@pytest.fixture(autouse=True)
def _alone(receiver: Receiver) -> None:
    receiver.received.clear()
    receiver.status = 200


def test_the_signature_vector_is_reproduced() -> None:
    vector = json.loads((_SAMPLES / "signature_vector.json").read_text())
    headers = signed_headers(
        (_SAMPLES / vector["body_file"]).read_bytes(),
        secret=vector["secret"],
        timestamp=int(vector["X-Chatwoot-Timestamp"]),
        delivery_id=vector["X-Chatwoot-Delivery"],
    )
    assert headers == {key: vector[key] for key in headers}
    assert len(headers) == 3


def test_json_is_escaped_as_rails_does_it() -> None:
    raw = (_SAMPLES / "01_raw_body.bin").read_bytes()
    assert to_json(json.loads(raw)) == raw
    assert to_json({"t": "\u2028é\u2029>"}) == '{"t":"\\u2028é\\u2029\\u003e"}'.encode()


def test_a_delivery_is_signed_over_its_timestamp_and_raw_body(
    chatwoot: Chatwoot, receiver: Receiver
) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    answer = chatwoot.incoming(conversation, content="a <b> & ç")
    (received,) = receiver.received
    timestamp = received.headers["X-Chatwoot-Timestamp"]
    digest = hmac.new(
        WEBHOOK_KEY.encode(), f"{timestamp}.".encode() + received.body, hashlib.sha256
    )
    assert received.headers["X-Chatwoot-Signature"] == f"sha256={digest.hexdigest()}"
    assert abs(int(timestamp) - time.time()) < 5
    assert received.headers["User-Agent"] == "Ruby"
    assert received.headers["Content-Type"] == "application/json"
    (delivery,) = answer["deliveries"]
    assert delivery["delivery_id"] == str(uuid.UUID(received.headers["X-Chatwoot-Delivery"]))
    assert (delivery["status"], delivery["response_body"]) == (200, "{}")


def test_a_delivery_can_be_repeated_forged_and_aged(chatwoot: Chatwoot, receiver: Receiver) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    message = chatwoot.incoming(conversation)["message_id"]
    chatwoot.control("deliver", {"message_id": message, "times": 2})
    assert len({each.body for each in receiver.received}) == 1
    assert len({each.headers["X-Chatwoot-Delivery"] for each in receiver.received}) == 3
    chatwoot.control("deliver", {"message_id": message, "secret": "another"})
    chatwoot.control("deliver", {"message_id": message, "secret": None})
    chatwoot.control("deliver", {"message_id": message, "timestamp_offset": -900})
    chatwoot.control("deliver", {"body_override": "not json", "delivery_id": "same"})
    forged, unsigned, old, malformed = receiver.received[3:]
    assert forged.body == unsigned.body == receiver.received[0].body
    assert forged.headers["X-Chatwoot-Signature"].startswith("sha256=")
    assert unsigned.headers["X-Chatwoot-Signature"] is None
    assert int(old.headers["X-Chatwoot-Timestamp"]) < time.time() - 800
    assert (malformed.body, malformed.headers["X-Chatwoot-Delivery"]) == (b"not json", "same")


@pytest.mark.parametrize("status", [429, 500, 503, 301])
def test_a_refused_delivery_is_never_repeated(
    status: int, chatwoot: Chatwoot, receiver: Receiver
) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    receiver.status = status
    (delivery,) = chatwoot.incoming(conversation)["deliveries"]
    assert delivery["status"] == status
    time.sleep(0.3)
    assert len(receiver.received) == 1


def test_a_receiver_that_takes_six_seconds_is_given_up_after_five(
    chatwoot: Chatwoot, receiver: Receiver
) -> None:
    conversation = chatwoot.contact()["conversation_id"]
    receiver.answering.clear()
    (delivery,) = chatwoot.incoming(conversation)["deliveries"]
    receiver.answering.set()
    assert delivery["status"] is None
    assert "TimeoutError" in delivery["error"]
    assert 4.9 < delivery["seconds"] < 9
    log = chatwoot.control(f"deliveries?message_id={delivery['message_id']}", method="GET")
    assert (log["pending"], log["deliveries"]) == (0, [delivery])
    assert len(receiver.received) == 1
