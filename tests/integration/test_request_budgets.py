"""What one message costs, counted at the wire with the worker wired as it is deployed."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
import requests

import local.voice
from handlers.process_message import ProcessMessage
from handlers.wiring.worker import build_process_message
from tests.contract.media_server import MediaServer, file, media_server
from tests.databases import Database, Databases
from tests.factories import encode, make_delivery, push_request
from tests.integration.conftest import SPEECH_KEY
from tests.integration.postgres_proxy import PostgresProxy, postgres_proxy
from tests.local.gcs_server import GcsServer
from tests.unit.chatwoot_samples import sample

_NOTE: Final = (Path(local.voice.__file__).parent / "note.ogg").read_bytes()
_MESSAGES: Final = "POST /api/v1/accounts/7/conversations/118/messages"
_USER: Final = "a3bb189e-8bf9-3888-9912-ace4e6543002"


@pytest.fixture
def proxy(databases: Databases) -> Iterator[PostgresProxy]:
    with postgres_proxy(databases.server.port) as running:
        yield running


@pytest.fixture
def media() -> Iterator[MediaServer]:
    with media_server() as running:
        yield running


@pytest.fixture
def worker(  # noqa: PLR0913, PLR0917 - everything that a worker needs
    monkeypatch: pytest.MonkeyPatch,
    database: Database,
    databases: Databases,
    proxy: PostgresProxy,
    gcs: GcsServer,
    media: MediaServer,
    speech_url: str,
) -> Iterator[ProcessMessage]:
    environ = {
        "GCS_PROJECT_ID": "test-project",
        "GCS_PROJECT_NUMBER": "123456789012",
        "GCS_BUCKET_PREFIX": "budget-test",
        "STORAGE_EMULATOR_HOST": gcs.url,
        "OWNER_HASH_KEY": f"{database.name:k<32}",
        "SUPABASE_DB_URL": database.worker_url.replace(
            f":{databases.server.port}/", f":{proxy.port}/"
        ),
        "CHATWOOT_BASE_URL": media.url,
        "CHATWOOT_API_ACCESS_TOKEN": "no-such-token",
        "CHATWOOT_ACCOUNT_ID": "7",
        "ALLOW_INSECURE_DOWNLOADS": "1",
        "OPENAI_API_KEY": SPEECH_KEY,
        "OPENAI_BASE_URL": f"{speech_url}/v1",
        "DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA": "true",
    }
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    monkeypatch.setattr(root, "level", root.level)
    built = build_process_message()
    # A known person whose bucket is ready, and an instance that has worked before.
    database.run(
        "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
        " values ('main', '7', '90210', %(user)s)",
        user=_USER,
    )
    assert built.receive(push_request(encode(make_delivery(id=1)))).http_status == 200
    gcs.control("DELETE", "requests")
    proxy.forget()
    yield built
    built._ledger._pool.close()  # type: ignore[attr-defined]


def test_a_text_of_a_known_person_costs_one_object_and_at_most_three_round_trips(  # noqa: PLR0913, PLR0917
    worker: ProcessMessage,
    database: Database,
    proxy: PostgresProxy,
    gcs: GcsServer,
    media: MediaServer,
    speech_url: str,
) -> None:
    requests.delete(f"{speech_url}/_control/requests", timeout=5)

    assert worker.receive(push_request(encode(make_delivery()))).http_status == 200

    assert len(proxy.queries) <= 3
    assert proxy.other_messages == []
    assert sum(gcs.counts().values()) == 1
    # Nor is Chatwoot asked anything, or a model: the rules are sure of it.
    assert media.asked == []
    asked = requests.get(f"{speech_url}/_control/requests", timeout=5).json()
    assert not any(asked.values())
    notes = database.run("select user_id::text from public.meeting_notes")
    assert notes == [(_USER,), (_USER,)]


def test_a_question_adds_two_round_trips_and_one_call_of_chatwoot(  # noqa: PLR0913, PLR0917
    worker: ProcessMessage,
    database: Database,
    proxy: PostgresProxy,
    gcs: GcsServer,
    media: MediaServer,
    speech_url: str,
) -> None:
    requests.delete(f"{speech_url}/_control/requests", timeout=5)
    media.answers[_MESSAGES] = file(b'{"id": 90001}', Content_Type="application/json")
    said = ("write a post about our roof", "LinkedIn")

    for number, words in enumerate(said, start=50001):
        gcs.control("DELETE", "requests")
        proxy.forget()
        media.asked.clear()
        now = datetime.now(UTC).isoformat()
        payload = make_delivery(
            id=number, content=words, created_at=now, source_id=f"wamid.{number}"
        )
        assert worker.receive(push_request(encode(payload))).http_status == 200

        # Claim and finish, and then the row that is sent is taken and settled.
        assert len(proxy.queries) == 4
        assert proxy.other_messages == []
        assert sum(gcs.counts().values()) == 1
        assert media.asked == [_MESSAGES]
    asked = requests.get(f"{speech_url}/_control/requests", timeout=5).json()
    assert not any(asked.values())
    rows = database.run("select state, reason from whatsapp.outbox order by id")
    assert rows == [("sent", None), ("sent", None)]
    statement = "select decision from whatsapp.messages order by message_id desc limit 2"
    assert database.run(statement) == [("answer",), ("order",)]


def test_a_redelivery_costs_one_round_trip(
    worker: ProcessMessage, proxy: PostgresProxy, gcs: GcsServer
) -> None:
    worker.receive(push_request(encode(make_delivery(id=1))))

    assert len(proxy.queries) == 1
    assert sum(gcs.counts().values()) == 0


def test_a_voice_note_adds_one_download_one_object_and_one_transcription(  # noqa: PLR0913, PLR0917
    worker: ProcessMessage,
    database: Database,
    proxy: PostgresProxy,
    gcs: GcsServer,
    media: MediaServer,
    speech_url: str,
) -> None:
    voice = sample("02_whatsapp_voice_note_message_created")
    voice["attachments"][0]["data_url"] = f"{media.url}/file.ogg"
    media.answers["/file.ogg"] = file(_NOTE)
    requests.delete(f"{speech_url}/_control/requests", timeout=5)

    assert worker.receive(push_request(json.dumps(voice).encode())).http_status == 200

    assert sum(gcs.counts().values()) == 2
    assert len(proxy.queries) <= 4
    assert media.asked == ["/file.ogg"]
    assert "Authorization" not in media.headers[0]
    asked = requests.get(f"{speech_url}/_control/requests", timeout=5).json()
    assert [each["filename"] for each in asked["transcriptions"]] == ["audio.ogg"]
    rows = database.run("select content from public.meeting_notes where content ilike '%%maria%%'")
    assert len(rows) == 1
