"""What the model needs of a ledger's lane, in memory or on Postgres, and the worker over it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from handlers.attachments import AttachmentArchiver
from handlers.bucket_resolution import BucketResolution
from handlers.domain.deliveries import InboxRules
from handlers.logs import EventLog
from handlers.ports.backlog import Backlog, DeletedMediaQueue
from handlers.ports.ledger import Ledger
from handlers.ports.media import Transcript
from handlers.process_message import ProcessMessage
from handlers.recordings import Recordings
from tests.component.logged_lines import LoggedLines
from tests.component.media_samples import NOTE_OGG, SAID, VOICE_URL
from tests.component.worker_world import AUDIO_MAX_SECONDS, HASH_KEY, PREFIX
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import FakeClock
from tests.fakes.failing import FailingPort
from tests.fakes.ledger_tables import LedgerTables
from tests.fakes.media_downloads import FakeMediaDownloads
from tests.fakes.objects import FakeObjects
from tests.fakes.sending import fake_sending
from tests.fakes.transcriber import FakeTranscriber
from tests.finishing import finishing


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMessage:
    """A ledger row of the model's installation and account."""

    state: str
    object_name: str | None
    is_waiting: bool
    """Whether one of its attachments is pending, or deleted and to be looked for once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenNote:
    """A row of the notes."""

    message_id: str
    content: str | None
    processing_status: str
    error_details: str | None


class Lane(Protocol):
    """A ledger with its backlog, and the view behind them."""

    @property
    def ledger(self) -> Ledger: ...

    @property
    def failing_ledger(self) -> FailingPort: ...

    @property
    def backlog(self) -> Backlog: ...

    @property
    def deleted_media(self) -> DeletedMediaQueue: ...

    @property
    def clock(self) -> FakeClock: ...

    def messages(self) -> dict[str, SeenMessage]: ...

    def notes(self) -> list[SeenNote]: ...

    def open_letters(self) -> int: ...

    def end_leases(self) -> None: ...

    def make_due(self) -> None:
        """Let whatever waits for its time be due now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelWorker:
    """The real use case over a lane and fakes for everything else."""

    lane: Lane
    buckets: FakeBuckets
    objects: FakeObjects
    downloads: FakeMediaDownloads
    transcriber: FakeTranscriber
    log: EventLog
    use_case: ProcessMessage

    @property
    def ports(self) -> dict[str, FailingPort]:
        return {
            "ledger": self.lane.failing_ledger,
            "buckets": self.buckets,
            "objects": self.objects,
            "downloads": self.downloads,
            "transcriber": self.transcriber,
        }


def make_model_worker(lane: Lane, new_token: Callable[[], str]) -> ModelWorker:
    log = LoggedLines().event_log()
    buckets, downloads, transcriber = FakeBuckets(), FakeMediaDownloads(), FakeTranscriber()
    objects = FakeObjects(buckets)
    downloads.files[VOICE_URL] = NOTE_OGG
    transcriber.transcripts[NOTE_OGG] = Transcript(text=SAID, language="en", seconds=8.0)
    use_case = ProcessMessage(
        installation="main",
        inbox_rules=InboxRules(),
        ledger=lane.ledger,
        objects=objects,
        buckets=BucketResolution(
            ledger=lane.ledger,
            buckets=buckets,
            prefix=PREFIX,
            owner_hash_key=HASH_KEY,
            clock=lane.clock,
            log=log,
        ),
        attachments=AttachmentArchiver(
            ledger=lane.ledger,
            objects=objects,
            downloads=downloads,
            recordings=Recordings(
                transcriber=transcriber, clock=lane.clock, max_seconds=AUDIO_MAX_SECONDS
            ),
            clock=lane.clock,
            jitter=lambda: 0.0,
            log=log,
        ),
        finishing=finishing(lane.ledger, lane.clock, log),
        outbox=fake_sending(LedgerTables(lane.clock)).delivery(lane.clock, log),
        clock=lane.clock,
        new_token=new_token,
        log=log,
    )
    return ModelWorker(
        lane=lane,
        buckets=buckets,
        objects=objects,
        downloads=downloads,
        transcriber=transcriber,
        log=log,
        use_case=use_case,
    )
