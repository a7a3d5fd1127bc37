"""Starts the local stack once for each lane that this machine can run."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.chatwoot_people import ChatwootPeople
from local.official_pubsub import find_emulator
from local.stack import Stack
from tests.conftest import LANES


def _system_postgres() -> Path | None:
    if (pg_config := shutil.which("pg_config")) is None:
        return None
    said = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True)
    folder = Path(said.stdout.strip())
    return folder if (folder / "initdb").is_file() else None


@pytest.fixture(scope="session", params=["own", "official"], ids=LANES)
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    jar = postgres = None
    if request.param == "official":
        jar, postgres = find_emulator(), _system_postgres()
        if jar is None and postgres is None:
            pytest.skip("neither the official Pub/Sub emulator nor a system PostgreSQL is here")
    with Stack(allow_unsigned=True, official_pubsub=jar, postgres_binaries=postgres) as running:
        yield running


@pytest.fixture
def people(stack: Stack) -> ChatwootPeople:
    return ChatwootPeople(stack.chatwoot_url)
