"""Downloads from the local Chatwoot, as its links really behave, and from the fake."""

import hashlib
import io
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Protocol

import pytest
from typing_extensions import override

import local.voice
from handlers.clients.media_downloads import ChatwootMediaDownloads
from handlers.domain.errors import RetryableError
from handlers.domain.media_hosts import MediaRules
from handlers.ports.media import MediaDownloads
from handlers.wiring.instance import SystemClock
from tests.fakes.clock import FakeClock
from tests.fakes.media_downloads import FakeMediaDownloads
from tests.local.chatwoot_server import Chatwoot, run_chatwoot

_NOTE: Final = Path(local.voice.__file__).parent / "note.ogg"


class MediaWorld(Protocol):
    """A source of media."""

    downloads: MediaDownloads

    def put(self, available_after_seconds: float | None) -> str: ...


class FakeMediaWorld(MediaWorld):
    def __init__(self) -> None:
        self.fake = FakeMediaDownloads()
        self.downloads = self.fake

    @override
    def put(self, available_after_seconds: float | None) -> str:
        url = f"https://chat.example.com/{available_after_seconds}"
        if available_after_seconds is not None:
            self.fake.files[url] = _NOTE.read_bytes()
        return url


class ChatwootMediaWorld(MediaWorld):
    def __init__(self, chatwoot: Chatwoot) -> None:
        self._chatwoot = chatwoot
        self._conversation = chatwoot.contact()["conversation_id"]
        self.downloads = ChatwootMediaDownloads(
            MediaRules(chatwoot_host=chatwoot.url.removeprefix("http://"), allow_insecure=True),
            max_bytes=10_000_000,
            clock=SystemClock(),
            tls=ssl.create_default_context(),
        )

    @override
    def put(self, available_after_seconds: float | None) -> str:
        attachment = {
            "file_type": "audio",
            "path": str(_NOTE),
            "filename": "voz nota.ogg",
            "available_after_seconds": available_after_seconds,
        }
        self._chatwoot.incoming(self._conversation, content=None, attachments=[attachment])
        path = f"conversations/{self._conversation}/messages"
        listed = self._chatwoot.api("GET", path).json()["payload"]
        return str(listed[-1]["attachments"][0]["data_url"])


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot")) as running:
        yield running


@pytest.fixture(params=["fake", "chatwoot"])
def world(request: pytest.FixtureRequest) -> MediaWorld:
    if request.param == "fake":
        return FakeMediaWorld()
    return ChatwootMediaWorld(request.getfixturevalue("chatwoot"))


def test_a_file_comes_whole_with_size_and_digest_over_what_was_there(world: MediaWorld) -> None:
    data, file = _NOTE.read_bytes(), io.BytesIO(b"rest of an earlier attempt" * 5000)

    got = world.downloads.fetch(world.put(0), file, budget_seconds=10)

    assert file.getvalue() == data
    assert (got.byte_count, got.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_file_that_is_a_moment_late_is_waited_for(world: MediaWorld) -> None:
    file = io.BytesIO()

    world.downloads.fetch(world.put(0.4), file, budget_seconds=10)

    assert file.getvalue() == _NOTE.read_bytes()


def test_a_file_that_never_comes_is_not_ready(world: MediaWorld) -> None:
    with pytest.raises(RetryableError, match="media_not_ready"):
        world.downloads.fetch(world.put(None), io.BytesIO(), budget_seconds=0.5)


def test_the_waits_for_a_late_file_add_up_to_less_than_fifteen_seconds(
    chatwoot: Chatwoot,
) -> None:
    clock = FakeClock()
    downloads = ChatwootMediaDownloads(
        MediaRules(chatwoot_host=chatwoot.url.removeprefix("http://"), allow_insecure=True),
        max_bytes=10_000_000,
        clock=clock,
        tls=ssl.create_default_context(),
    )
    url = ChatwootMediaWorld(chatwoot).put(None)

    with pytest.raises(RetryableError, match="media_not_ready"):
        downloads.fetch(url, io.BytesIO(), budget_seconds=60)

    assert 10 <= sum(clock.waits) <= 15
