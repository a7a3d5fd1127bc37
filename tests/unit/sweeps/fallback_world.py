"""A fallback with a ready bucket and the store beside it, all fakes."""

import io
from typing import Final

from handlers.domain.filing import BucketRecord, BucketState
from handlers.domain.owners import OwnerId, bucket_name
from tests.component.logged_lines import LoggedLines
from tests.component.worker_world import HASH_KEY, PREFIX
from tests.fakes.buckets import FakeBuckets
from tests.fakes.clock import FakeClock
from tests.fakes.fallback import FakeFallback, FallbackRow
from tests.fakes.ledger import FakeLedger
from tests.fakes.objects import FakeObjects, StoredObject

OWNER: Final = OwnerId("account_7")
BUCKET: Final = bucket_name(PREFIX, HASH_KEY, OWNER, 1)
DOCUMENT: Final = "whatsapp-messages/2026-08-02/118/50001.json"
MEDIA: Final = "whatsapp-audio/2026-08-02/118/50001_801.ogg"
IDENTITY: Final = {
    "account_id": "7",
    "conversation_id": "118",
    "message_id": "50001",
    "created_at": "2026-08-02T09:00:00+00:00",
}


class World:
    """A fallback with a ready bucket beside it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.log = LoggedLines()
        self.ledger = FakeLedger(self.clock)
        self.buckets = FakeBuckets()
        self.objects = FakeObjects(self.buckets)
        self.fallback = FakeFallback(self.clock, self.ledger.tables)
        self.add_bucket(1, BucketState.READY)
        self.buckets.names.add(BUCKET)

    def add_bucket(self, number: int, state: BucketState, owner: str = OWNER) -> str:
        name = bucket_name(PREFIX, HASH_KEY, OwnerId(owner), number)
        self.ledger.tables.buckets[owner, number] = BucketRecord(
            owner_id=OwnerId(owner), generation=number, name=name, state=state
        )
        return name

    def state(self, owner: str = OWNER, generation: int = 1) -> BucketState:
        return self.ledger.tables.buckets[owner, generation].state

    def keep(self, name: str = DOCUMENT, data: bytes = b"words", bucket: str = BUCKET) -> None:
        metadata = IDENTITY if name == DOCUMENT else None
        self.fallback.keep(bucket, name, io.BytesIO(data), content_type="text/x", metadata=metadata)

    def put_in_store(self, name: str, data: bytes, metadata: dict[str, str]) -> None:
        self.objects.rows[BUCKET, name] = StoredObject(
            data=data, content_type="text/x", metadata=metadata
        )

    def row(self, name: str = DOCUMENT) -> FallbackRow:
        return self.fallback.rows[BUCKET, name]

    def data(self, name: str = DOCUMENT) -> bytes:
        return self.objects.rows[BUCKET, name].data
