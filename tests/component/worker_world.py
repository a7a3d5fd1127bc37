"""The worker function with a fake at every port."""

import itertools
from dataclasses import dataclass
from functools import partial

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from handlers.attachments import AttachmentArchiver
from handlers.bucket_resolution import BucketResolution
from handlers.domain.deliveries import InboxRules
from handlers.domain.owners import OwnerId, bucket_name
from handlers.durable_objects import DurableObjects
from handlers.process_message import ProcessMessage
from handlers.recordings import Recordings
from tests.component.applications import function_client
from tests.component.logged_lines import LoggedLines
from tests.factories import encode, make_delivery, push_request
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import FakeClock
from tests.fakes.failing import FailingPort
from tests.fakes.fallback import FakeFallback
from tests.fakes.intents import FakeIntentModel
from tests.fakes.ledger import FakeLedger
from tests.fakes.ledger_rows import AttachmentRow, MessageRow, NoteRow
from tests.fakes.media_downloads import FakeMediaDownloads
from tests.fakes.objects import FakeObjects, StoredObject
from tests.fakes.sending import FakeSending, fake_sending
from tests.fakes.transcriber import FakeTranscriber
from tests.finishing import finishing

PREFIX = "test-whatsapp"
HASH_KEY = b"k" * 32
FALLBACK = OwnerId("account_7")
BUCKET = bucket_name(PREFIX, HASH_KEY, FALLBACK, 1)
AUDIO_MAX_SECONDS = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerWorld:
    """Everything a test of the worker looks at."""

    client: FlaskClient
    clock: FakeClock
    ledger: FakeLedger
    buckets: FakeBuckets
    objects: FakeObjects
    fallback: FakeFallback
    downloads: FakeMediaDownloads
    transcriber: FakeTranscriber
    model: FakeIntentModel
    sending: FakeSending
    log: LoggedLines

    @property
    def ports(self) -> dict[str, FailingPort]:
        return {
            "ledger": self.ledger,
            "buckets": self.buckets,
            "objects": self.objects,
            "fallback": self.fallback,
            "downloads": self.downloads,
            "transcriber": self.transcriber,
            "model": self.model,
            "outbox": self.sending.outbox,
            "conversations": self.sending.conversations,
            "jobs": self.sending.jobs,
        }

    def push(self, request: bytes) -> TestResponse:
        """Send a push request as it is."""
        return self.client.post("/", data=request, content_type="application/json")

    def deliver(
        self, body: bytes | dict[str, object] | None = None, **overrides: object
    ) -> TestResponse:
        """Push one delivery: given bytes or payload, or the factory's with keys replaced."""
        payload = make_delivery() if body is None else body
        if isinstance(payload, bytes):
            return self.push(push_request(payload))
        return self.push(push_request(encode(payload | overrides)))

    def message(self, message_id: str = "50001") -> MessageRow:
        return self.ledger.tables.messages["main", "7", message_id]

    def note(self, message_id: str = "50001") -> NoteRow:
        note = self.ledger.tables.notes.of("7", message_id)
        assert note is not None
        return note

    def attachment(self, attachment_id: str, message_id: str = "50002") -> AttachmentRow:
        return self.ledger.tables.attachments["main", "7", message_id][attachment_id]

    def stored(self, name: str, bucket: str = BUCKET) -> StoredObject:
        return self.objects.rows[bucket, name]

    @property
    def object_names(self) -> list[str]:
        return sorted(name for _, name in self.objects.rows)


def make_worker_world(monkeypatch: pytest.MonkeyPatch) -> WorkerWorld:
    """Build the function with fakes."""
    clock, log = FakeClock(), LoggedLines()
    ledger, buckets = FakeLedger(clock), FakeBuckets()
    objects, downloads = FakeObjects(buckets), FakeMediaDownloads()
    transcriber, model, events = FakeTranscriber(), FakeIntentModel(), log.event_log()
    fallback = FakeFallback(clock, ledger.tables)
    durable = DurableObjects(store=objects, fallback=fallback, clock=clock, log=events)
    sending = fake_sending(ledger.tables)
    worker = ProcessMessage(
        installation="main",
        inbox_rules=InboxRules(),
        ledger=ledger,
        objects=durable,
        buckets=BucketResolution(
            ledger=ledger,
            buckets=buckets,
            prefix=PREFIX,
            owner_hash_key=HASH_KEY,
            clock=clock,
            log=events,
        ),
        attachments=AttachmentArchiver(
            ledger=ledger,
            objects=durable,
            downloads=downloads,
            recordings=Recordings(
                transcriber=transcriber, clock=clock, max_seconds=AUDIO_MAX_SECONDS
            ),
            clock=clock,
            jitter=lambda: 0.0,
            log=events,
        ),
        finishing=finishing(ledger, clock, events, model=model),
        outbox=sending.delivery(clock, events),
        clock=clock,
        new_token=partial(next, map(str, itertools.count(1))),
        log=events,
    )
    return WorkerWorld(
        client=function_client(monkeypatch, "process_message", lambda: worker),
        clock=clock,
        ledger=ledger,
        buckets=buckets,
        objects=objects,
        fallback=fallback,
        downloads=downloads,
        transcriber=transcriber,
        model=model,
        sending=sending,
        log=log,
    )


def how_it_waits(row: AttachmentRow) -> dict[str, object]:
    """Return what of an attachment's waiting does not depend on when it was."""
    return {"attempts": None, "next_attempt_at": row.next_attempt_at is not None}
