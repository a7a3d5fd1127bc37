"""Nothing that people wrote, and no link or token, ever stands in a log line."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.domain.errors import MediaReason, MediaRefusedError, RetryableError, RetryReason
from handlers.domain.orders.values import Confidence, Decider, Intent, Understanding
from handlers.logs import capture_library_logs
from handlers.ports.media import Transcript
from tests.component.logged_lines import LoggedLines
from tests.component.media_samples import NOTE_OGG, VOICE
from tests.component.order_talk import DOUBTFUL, ORDER, Talk
from tests.component.webhook_world import WebhookWorld
from tests.component.worker_world import WorkerWorld
from tests.factories import encode, push_request
from tests.unit.chatwoot_samples import NAMES, sample

_MARKER = "PLANTEDmarker"
# Everything that a person, their agent or their provider wrote; the rest is Chatwoot's own words.
_WRITTEN = {
    *(
        "name",
        "content",
        "phone_number",
        "email",
        "identifier",
        "thumbnail",
        "avatar",
        "avatar_url",
    ),
    *("data_url", "thumb_url", "transcribed_text", "fallback_title", "firstName", "lastName"),
    *("pubsub_token", "processed_message_content", "external_error", "referer", "title"),
    *("source_id", "in_reply_to_external_id"),
}


def _marked(value: Any, key: str = "") -> Any:  # noqa: ANN401 - JSON of any shape
    if isinstance(value, dict):
        return {name: _marked(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_marked(item, key) for item in value]
    if isinstance(value, str) and key in _WRITTEN:
        is_link = value.startswith("https://")
        return f"https://chat.example.com/{_MARKER}" if is_link else f"{value}{_MARKER}"
    return value


@pytest.fixture(autouse=True)
def silent_process(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    out, err = capfd.readouterr()
    assert _MARKER not in out + err


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_payload_leaves_no_marker_in_either_functions_log(
    webhook: WebhookWorld, worker: WorkerWorld, name: str
) -> None:
    body = json.dumps(_marked(sample(name))).encode()
    assert _MARKER.encode() in body
    worker.downloads.files[f"https://chat.example.com/{_MARKER}"] = NOTE_OGG
    worker.transcriber.transcripts[NOTE_OGG] = Transcript(text=_MARKER, language="en", seconds=1)

    webhook.post(body)
    webhook.post(body, {"X-Chatwoot-Signature": _MARKER, "X-Chatwoot-Timestamp": _MARKER})
    webhook.client.post(f"/{_MARKER}?token={_MARKER}", data=body, headers={_MARKER: _MARKER})
    worker.push(push_request(body))
    worker.push(push_request(body[:-9]))
    worker.push(body)

    lines = [*webhook.log.lines, *worker.log.lines]
    assert len(lines) >= 5
    assert not [line for line in lines if _MARKER in line]


def _error() -> Exception:
    error = RuntimeError(f"could not file {_MARKER}")
    error.__cause__ = ValueError(_MARKER, {"url": f"https://x/{_MARKER}"})
    error.add_note(_MARKER)
    return error


@pytest.mark.parametrize("port", ["ledger", "buckets", "objects", "downloads", "transcriber"])
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_an_unexpected_error_at_any_port_is_logged_without_its_text(
    worker: WorkerWorld, port: str, is_after: bool
) -> None:
    worker.downloads.files[f"https://chat.example.com/{_MARKER}"] = NOTE_OGG
    failing = worker.ports[port]
    (failing.fail_after_next if is_after else failing.fail_next)(_error())

    assert worker.push(push_request(encode(_marked(VOICE)))).status_code == 503

    (entry,) = worker.log.named("unexpected_error")
    assert entry["error_types"] == ["RuntimeError", "ValueError"]
    assert "process_message.py" in entry["stack_trace"]
    assert not [line for line in worker.log.lines if _MARKER in line]


@pytest.mark.parametrize(
    "words",
    [
        f"write a post about {_MARKER}",
        f"write a short, casual LinkedIn post about {_MARKER}",
        f"{DOUBTFUL} {_MARKER}",
    ],
    ids=["asked", "placed", "by the model"],
)
@pytest.mark.parametrize("is_refused", [False, True], ids=["taken", "refused"])
def test_an_order_leaves_no_marker_in_the_log(
    worker: WorkerWorld, words: str, is_refused: bool
) -> None:
    talk = Talk(worker)
    talk.tables.dialogue.refusal = "23514" if is_refused else None
    worker.model.opinions[words] = Understanding(
        intent=Intent.ORDER,
        decided_by=Decider.MODEL,
        confidence=Confidence.CERTAIN,
        subject=_MARKER,
    )
    worker.model.opinions[f"{words}?"] = RetryReason.INTENT_INVALID
    worker.sending.conversations.fail_next(RetryableError(RetryReason.CHATWOOT_REFUSED))

    talk.say(words, ORDER)
    talk.write(f"linkedin, short, casual {_MARKER}", ORDER + 1)
    talk.write("linkedin, short, casual", ORDER + 2, sender={"id": 90210, "name": _MARKER})
    talk.write(words, ORDER + 3)
    talk.write(f"{words}?", ORDER + 4)
    worker.clock.advance(3600)
    talk.sweep()

    assert talk.order().words == words
    content = talk.order().content
    assert content is not None
    assert _MARKER in (content.subject or "")
    assert bool(talk.jobs) is not is_refused
    assert len(worker.log.lines) >= 8
    assert not [line for line in worker.log.lines if _MARKER in line]


@pytest.mark.parametrize(
    ("port", "status"),
    [("ledger", 503), ("model", 503), ("outbox", 200), ("conversations", 200), ("jobs", 200)],
)
@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_an_unexpected_error_about_an_order_is_logged_without_its_text(
    worker: WorkerWorld, port: str, status: int, is_after: bool
) -> None:
    words = f"{DOUBTFUL} {_MARKER}" if port == "model" else f"write a post about {_MARKER}"
    if port == "jobs":
        words = f"write a short, casual LinkedIn post about {_MARKER}"
    failing = worker.ports[port]
    (failing.fail_after_next if is_after else failing.fail_next)(_error())

    assert Talk(worker).write(words).status_code == status

    (entry,) = worker.log.named("unexpected_error")
    assert entry["error_types"] == ["RuntimeError", "ValueError"]
    assert not [line for line in worker.log.lines if _MARKER in line]


def test_an_unexpected_error_of_the_broker_is_logged_without_its_text(
    webhook: WebhookWorld,
) -> None:
    webhook.publisher.fail_next(_error())

    assert webhook.post_delivery(content=_MARKER).status_code == 503

    assert webhook.log.named("unexpected_error")
    assert not [line for line in webhook.log.lines if _MARKER in line]


@pytest.mark.parametrize("reason", [MediaReason.HOST_NOT_ALLOWED, MediaReason.AUDIO_UNREADABLE])
def test_refused_media_is_logged_by_reason_and_id_alone(
    worker: WorkerWorld, reason: MediaReason
) -> None:
    worker.downloads.fail_next(MediaRefusedError(reason))

    worker.push(push_request(encode(_marked(VOICE))))

    (entry,) = worker.log.named("attachment.refused")
    assert (entry["attachment_id"], entry["reason"]) == ("801", reason.value)
    assert not [line for line in worker.log.lines if _MARKER in line]


def test_what_libraries_log_is_reduced_to_their_name(monkeypatch: pytest.MonkeyPatch) -> None:
    root, lines = logging.getLogger(), LoggedLines()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    capture_library_logs(lines.event_log())

    logging.getLogger("urllib3.connectionpool").warning("GET https://x/%s", _MARKER)
    logging.getLogger("google.auth").error("failed", exc_info=_error())
    logging.getLogger("openai").info("request %s", _MARKER)

    sources = [(entry["event"], entry["source"]) for entry in lines.entries]
    assert sources == [
        ("library.warning", "urllib3.connectionpool"),
        ("unexpected_error", "google.auth"),
    ]
    assert not [line for line in lines.lines if _MARKER in line]
