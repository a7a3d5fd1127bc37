"""A spool and what a test may see and do behind its back, in memory and in Cloud Storage."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest
from google.cloud import storage
from typing_extensions import override

from handlers.domain.errors import RetryableError, RetryReason
from handlers.ports.spool import Spool
from local.spool_bucket import create_spool_bucket
from storage.client import storage_client
from storage.spool import GcsSpool
from tests.fakes.spool import FakeSpool
from tests.local.gcs_server import GcsServer


class SpoolWorld(Protocol):
    """A spool in a bucket of its own."""

    @property
    def spool(self) -> Spool: ...

    def names(self) -> list[str]: ...

    def lose_next_answer(self) -> None: ...

    def fail_next(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeSpoolWorld(SpoolWorld):
    """The dict."""

    spool: FakeSpool

    @override
    def names(self) -> list[str]:
        return sorted(self.spool.rows)

    @override
    def lose_next_answer(self) -> None:
        self.spool.fail_after_next(RetryableError(RetryReason.STORAGE_UNAVAILABLE))

    @override
    def fail_next(self) -> None:
        self.spool.fail_next(RetryableError(RetryReason.STORAGE_UNAVAILABLE))


@dataclass(frozen=True, slots=True, kw_only=True)
class GcsSpoolWorld(SpoolWorld):
    """The adapter on our Cloud Storage server, and the same bucket through the official client."""

    server: GcsServer
    client: storage.Client
    bucket: str
    spool: GcsSpool

    @override
    def names(self) -> list[str]:
        return sorted(blob.name for blob in self.client.list_blobs(self.bucket))

    @override
    def lose_next_answer(self) -> None:
        self.server.fail("/", status=503, after=True)

    @override
    def fail_next(self) -> None:
        self.server.fail("/", status=503)

    def metadata(self, name: str) -> dict[str, str] | None:
        blob = self.client.bucket(self.bucket).get_blob(name)
        metadata: dict[str, str] | None = blob.metadata
        return metadata


@contextmanager
def gcs_spool_world(
    server: GcsServer, monkeypatch: pytest.MonkeyPatch, *, connections: int = 4
) -> Iterator[GcsSpoolWorld]:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")
    name = f"spool-{os.urandom(6).hex()}"
    create_spool_bucket(server.url, project_id="test-project", name=name)
    client = storage_client(project_id="test-project", key=None, connections=connections)
    server.control("DELETE", "requests")
    yield GcsSpoolWorld(
        server=server, client=client, bucket=name, spool=GcsSpool(client, bucket=name)
    )
    server.control("DELETE", "faults")
    client.close()
