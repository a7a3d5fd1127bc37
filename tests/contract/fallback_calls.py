"""What the fallback's tests ask of it, with the parts that do not matter filled in."""

import io
from typing import Final

from handlers.domain.fallback import FallbackMode, FallbackObject
from tests.contract.fallback_world import BUCKET, FallbackWorld

IDENTITY: Final = {
    "account_id": "7",
    "conversation_id": "118",
    "message_id": "50001",
    "created_at": "2026-08-02T09:00:00+00:00",
}
LEASE: Final = 900


def keep_media(world: FallbackWorld, data: bytes, name: str = "a.ogg") -> None:
    world.fallback.keep(BUCKET, name, io.BytesIO(data), content_type="audio/ogg", metadata=None)


def keep_document(
    world: FallbackWorld, data: bytes = b"{}", name: str = "m.json", **metadata: str
) -> None:
    world.fallback.keep(
        BUCKET,
        name,
        io.BytesIO(data),
        content_type="application/json",
        metadata=IDENTITY | metadata,
    )


def put_stub(world: FallbackWorld, *, only_where_kept: bool, data: bytes = b"stub") -> bool:
    return world.fallback.replace(
        BUCKET,
        "m.json",
        data,
        content_type="application/json",
        metadata=IDENTITY,
        only_where_kept=only_where_kept,
    )


def read(world: FallbackWorld, name: str) -> bytes | None:
    kept = world.fallback.find(BUCKET, name)
    if kept is None or kept.mode is FallbackMode.ABSENT:
        return None
    file = io.BytesIO()
    assert world.fallback.read_into(kept, file)
    return file.getvalue()


def take(world: FallbackWorld) -> FallbackObject | None:
    return world.fallback.take(lease_seconds=LEASE)


def taken(world: FallbackWorld) -> FallbackObject:
    found = take(world)
    assert found is not None
    return found
