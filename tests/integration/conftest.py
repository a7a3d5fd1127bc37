"""The servers that adapters are tried against."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import processes
from local.pgbouncer import PgBouncer
from tests.databases import Database, Databases
from tests.local.gcs_server import GcsServer, running_gcs

SPEECH_KEY = "sk-local"


@pytest.fixture(scope="session")
def gcs() -> Iterator[GcsServer]:
    with running_gcs("--project-number", "123456789012") as server:
        yield server


@pytest.fixture(scope="session")
def speech_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    command = [sys.executable, "-m", "local.speech", "--host", "127.0.0.1", "--port", "0"]
    log: Path = tmp_path_factory.mktemp("speech") / "speech.log"
    with processes.start([*command, "--api-key", SPEECH_KEY], log=log, ready_timeout=20) as child:
        yield f"http://127.0.0.1:{child.port}"


@pytest.fixture(params=["direct", "pgbouncer"])
def worker_url(request: pytest.FixtureRequest, database: Database, databases: Databases) -> str:
    """The worker's way to the database: directly, and through a transaction pooler."""
    if request.param == "direct":
        return database.worker_url
    pooler: PgBouncer = request.getfixturevalue("pgbouncer")
    return database.worker_url.replace(f":{databases.server.port}/", f":{pooler.port}/")
