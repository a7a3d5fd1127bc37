"""Crashes after every effect, with the real ledger and the real store in place of fakes."""

import itertools
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import pytest

from db.ledger import PostgresLedger
from db.outbox import PostgresOutbox
from db.pool import ConnectionPool
from handlers.attachments import AttachmentArchiver
from handlers.bucket_resolution import BucketResolution
from handlers.domain.deliveries import InboxRules
from handlers.domain.owners import OwnerId, bucket_name
from handlers.outbox_delivery import OutboxDelivery
from handlers.ports.broker import Publisher
from handlers.ports.conversations import Conversations
from handlers.ports.ledger import Ledger
from handlers.ports.media import Transcript
from handlers.ports.outbox import Outbox
from handlers.ports.storage import Buckets, Objects
from handlers.process_message import ProcessMessage
from handlers.recordings import Recordings
from handlers.sweeps.outbox import OutboxSweep
from storage.buckets import GcsBuckets
from storage.client import storage_client
from storage.objects import GcsObjects
from tests.component.logged_lines import LoggedLines
from tests.component.media_samples import NOTE_OGG, SAID, VOICE, VOICE_URL, deletion_of
from tests.component.order_talk import COMPLETE, INCOMPLETE, ORDER, USER, written
from tests.databases import Database
from tests.factories import encode, make_delivery, push_request
from tests.fakes.clock import FakeClock
from tests.fakes.media_downloads import FakeMediaDownloads
from tests.fakes.publisher import FakePublisher
from tests.fakes.sent_messages import FakeSentMessages
from tests.fakes.transcriber import FakeTranscriber
from tests.finishing import finishing
from tests.local.gcs_server import GcsServer

_MOST_DELIVERIES: Final = 4
# The database's clock closes the window in which people may be written to.
_NOW: Final = datetime.now(UTC).replace(microsecond=0)


def _said(words: str, after: int = 0) -> dict[str, Any]:
    created_at = _NOW + timedelta(milliseconds=after)
    return written(words, ORDER + after, created_at=created_at.isoformat())


_SCENARIOS: Final[dict[str, list[dict[str, Any]]]] = {
    "text": [make_delivery()],
    "voice": [VOICE],
    "deletion": [VOICE, deletion_of(VOICE)],
    "order": [_said(INCOMPLETE), _said("linkedin, short", 1), _said("Casual", 2)],
    "order_in_one_sentence": [_said(COMPLETE)],
    "order_deleted": [_said(INCOMPLETE), deletion_of(_said(INCOMPLETE))],
}
_ROWS: Final = {
    "messages": "state, content, is_deleted, owner_id, object_name, is_archived, content_hash,"
    " last_error, lease_until is null",
    "attachments": "state, reason, object_name, is_stored, media_type, byte_count, sha256,"
    " transcript, model, seconds, transcribing_until, next_attempt_at is null",
    "buckets": "owner_id, generation, state",
    "dead_letters": "key",
    "orders": "message_id, state, wait_reason, reason, platform, length, tone, subject, words,"
    " order_id is null, job_id is null, note_id is null",
    "conversations": "version, moved_by, context_json is null",
    "outbox": "cause, kind, state, reason, purpose",
}
_APP_ROWS: Final = (
    "select o.params_json, j.user_message, j.type from public.content_order as o"
    " full join public.agent_job as j on j.payload_json ->> 'order_id' = o.id::text"
)
_NOTES: Final = (
    "select content, processing_status, error_details, metadata, chatwoot_message_id"
    " from public.meeting_notes"
)


class _CrashError(BaseException):
    """The end of the process."""


class _Crashing:
    """Passes every call on and dies after the effect that is numbered `fail_at`."""

    def __init__(self, target: object, effects: Iterator[int], fail_at: int | None) -> None:
        self._target, self._effects, self._fail_at = target, effects, fail_at

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._target, name)

        def call(*arguments: object, **named: object) -> object:
            result: object = method(*arguments, **named)
            if next(self._effects) == self._fail_at:
                raise _CrashError
            return result

        return call


@pytest.fixture
def storage(gcs: GcsServer, monkeypatch: pytest.MonkeyPatch) -> Any:  # noqa: ANN401 - untyped
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", gcs.url)
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    return storage_client(project_id="test-project", key=None, connections=4)


@pytest.mark.parametrize("scenario", _SCENARIOS)
def test_a_crash_after_any_effect_is_repaired_by_delivering_again(
    scenario: str,
    database: Database,
    storage: Any,  # noqa: ANN401 - the library is untyped
) -> None:
    undisturbed, effects = _run(scenario, database, storage, None)
    assert effects >= 4

    for fail_at in range(effects):
        state, _ = _run(scenario, database, storage, fail_at)
        assert state == undisturbed, f"after effect {fail_at}"


def _run(
    scenario: str,
    database: Database,
    storage: Any,  # noqa: ANN401
    fail_at: int | None,
) -> tuple[object, int]:
    database.run("truncate whatsapp.messages, whatsapp.buckets, whatsapp.contacts cascade")
    database.run("truncate whatsapp.orders, whatsapp.conversations, whatsapp.outbox cascade")
    database.run("truncate public.content_order, public.agent_job cascade")
    database.run("truncate whatsapp.sync_state, public.meeting_notes")
    owner = OwnerId("account_7")
    if scenario.startswith("order"):
        owner = OwnerId(str(USER))
        statement = (
            "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
            " values ('main', '7', '90210', %(user)s)"
        )
        database.run(statement, user=owner)
    effects, clock, log = itertools.count(), FakeClock(_NOW), LoggedLines().event_log()
    prefix, key = "crash-test", os.urandom(32)
    downloads, transcriber = FakeMediaDownloads(), FakeTranscriber()
    downloads.files[VOICE_URL] = NOTE_OGG
    transcriber.transcripts[NOTE_OGG] = Transcript(text=SAID, language="en", seconds=8)
    sent, jobs = FakeSentMessages(), FakePublisher()
    with closing(ConnectionPool(database.worker_url, size=1)) as pool:
        real = PostgresLedger(pool, owner_key_canary=key.hex())
        ledger = cast("Ledger", _Crashing(real, effects, fail_at))
        objects = cast("Objects", _Crashing(GcsObjects(storage), effects, fail_at))
        gcs_buckets = GcsBuckets(storage, project_number=123456789012, location="US", kms_key=None)
        buckets = cast("Buckets", _Crashing(gcs_buckets, effects, fail_at))
        outbox = _Crashing(PostgresOutbox(pool, installation="main"), effects, fail_at)
        delivery = OutboxDelivery(
            outbox=cast("Outbox", outbox),
            conversations=cast("Conversations", _Crashing(sent, effects, fail_at)),
            jobs=cast("Publisher", _Crashing(jobs, effects, fail_at)),
            account_ids=("7",),
            clock=clock,
            jitter=lambda: 0.0,
            log=log,
        )
        worker = ProcessMessage(
            installation="main",
            inbox_rules=InboxRules(),
            ledger=ledger,
            objects=objects,
            buckets=BucketResolution(
                ledger=ledger,
                buckets=buckets,
                prefix=prefix,
                owner_hash_key=key,
                clock=clock,
                log=log,
            ),
            attachments=AttachmentArchiver(
                ledger=ledger,
                objects=objects,
                downloads=downloads,
                recordings=Recordings(transcriber=transcriber, clock=clock, max_seconds=1500),
                clock=clock,
                jitter=lambda: 0.0,
                log=log,
            ),
            finishing=finishing(ledger, clock, log),
            outbox=delivery,
            clock=clock,
            new_token=lambda: os.urandom(8).hex(),
            log=log,
        )
        for payload in _SCENARIOS[scenario]:
            _deliver_until_acknowledged(worker, encode(payload), database)
            # Before anybody answers.
            _sweep_until_sent(OutboxSweep(delivery=delivery, clock=clock), database)
    name = bucket_name(prefix, key, owner, 1)
    kept = {
        blob.name: (blob.crc32c, blob.content_type, blob.metadata)
        for blob in storage.list_blobs(name)
    }
    rows = [
        sorted(database.run(f"select {columns} from whatsapp.{table}"), key=str)  # noqa: S608
        for table, columns in _ROWS.items()
    ]
    said = [(each.correlation_id, each.document) for each in sent.posted]
    # A job's second copy is dropped by its reader.
    started = {json.loads(each.data)["message_id"] for each in jobs.published}
    notes = sorted(database.run(_NOTES), key=str)
    state = (kept, rows, notes, database.run(_APP_ROWS), said, started)
    return state, next(effects)


def _deliver_until_acknowledged(worker: ProcessMessage, body: bytes, database: Database) -> None:
    for _ in range(_MOST_DELIVERIES):
        try:
            if worker.receive(push_request(body)).http_status == 200:
                return
        except _CrashError:
            pass
        database.run("update whatsapp.messages set lease_until = null")
        database.run("update whatsapp.attachments set transcribing_until = null")
    pytest.fail("not acknowledged")


def _sweep_until_sent(sweep: OutboxSweep, database: Database) -> None:
    for _ in range(_MOST_DELIVERIES):
        database.run(
            "update whatsapp.outbox set next_attempt_at = now(),"
            " lease_until = case state when 'sending' then now() end"
        )
        try:
            sweep.run(1e9)
        except _CrashError:
            continue
        if not database.run("select 1 from whatsapp.outbox where state in ('waiting', 'sending')"):
            return
    pytest.fail("not sent")
