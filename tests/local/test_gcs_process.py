import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.local.gcs_server import REPOSITORY, gcs_client, running_gcs

CHUNK = 256 * 1024


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_at_once_and_in_order(end: signal.Signals) -> None:
    with running_gcs() as server, gcs_client(server) as client:
        client.create_bucket("ending")
        server.fail("GET /storage", delay_seconds=20)
        with pytest.raises(requests.ReadTimeout):
            requests.get(f"{server.url}/storage/v1/b/ending", timeout=0.1)
        began = time.monotonic()
        server.process.send_signal(end)

        assert server.process.wait(5) == 0
        assert time.monotonic() - began < 5
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


def test_nothing_is_left_behind_without_a_data_directory() -> None:
    before = temporary_databases()
    with running_gcs() as server, gcs_client(server) as client:
        bucket = client.create_bucket("forgotten")
        bucket.blob("big").upload_from_string(b"x" * 12_000_000)
        server.process.kill()
        server.process.wait(5)

    assert temporary_databases() <= before


def temporary_databases() -> set[Path]:
    folders = {tempfile.gettempdir(), "/var/tmp", "/tmp"}  # noqa: S108 - where SQLite may write
    return {path for folder in folders for path in Path(folder).glob("etilqs_*")}


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4000
    with running_gcs("--data", str(tmp_path / "gcs")) as server, gcs_client(server) as client:
        bucket = client.bucket("lasting")
        bucket.labels = {"a": "1"}
        client.create_bucket(bucket)
        bucket.blob("large").upload_from_string(content)
        blob = bucket.blob("small")
        blob.metadata = {"k": "v"}
        blob.upload_from_string("small")
        generation = blob.generation
        location = requests.post(
            f"{server.url}/upload/storage/v1/b/lasting/o?uploadType=resumable&name=resumed",
            timeout=5,
        ).headers["Location"]
        put(location, b"r" * CHUNK, f"bytes 0-{CHUNK - 1}/*")
        server.process.kill()
        server.process.wait(5)

    with running_gcs("--data", str(tmp_path / "gcs")) as server, gcs_client(server) as client:
        bucket = client.get_bucket("lasting")
        assert bucket.labels == {"a": "1"}
        assert bucket.blob("large").download_as_bytes() == content
        assert bucket.get_blob("small").metadata == {"k": "v"}
        blob = bucket.blob("small")
        blob.upload_from_string("next", if_generation_match=generation)
        assert blob.generation > generation
        resumed = server.url + location[location.index("/upload") :]
        put(resumed, b"s", f"bytes {CHUNK}-{CHUNK}/{CHUNK + 1}")
        assert bucket.blob("resumed").download_as_bytes() == b"r" * CHUNK + b"s"


def test_a_kill_inside_an_upload_leaves_no_object(tmp_path: Path) -> None:
    with running_gcs("--data", str(tmp_path)) as server, gcs_client(server) as client:
        client.create_bucket("interrupted")
        body = endless_upload(server.process)
        with pytest.raises(requests.RequestException):
            requests.post(
                f"{server.url}/upload/storage/v1/b/interrupted/o?uploadType=media&name=part",
                data=body,
                timeout=5,
            )

    with running_gcs("--data", str(tmp_path)) as server, gcs_client(server) as client:
        assert list(client.list_blobs("interrupted")) == []


def endless_upload(process: subprocess.Popen[str]) -> Iterator[bytes]:
    for _ in range(20):
        yield b"x" * CHUNK
    process.kill()
    while True:
        yield b"x" * CHUNK


def test_a_second_server_keeps_out_of_the_same_data(tmp_path: Path) -> None:
    with running_gcs("--data", str(tmp_path)) as server, gcs_client(server) as client:
        second = subprocess.run(
            [sys.executable, "-m", "local.gcs", "--port", "0", "--data", str(tmp_path)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
        client.create_bucket("still-served")

    assert second.returncode == 1
    assert "locked" in second.stderr
    assert second.stdout == ""


def put(location: str, content: bytes, content_range: str) -> requests.Response:
    return requests.put(
        location,
        data=content,
        headers={"Content-Range": content_range},
        timeout=5,
        allow_redirects=False,
    )
