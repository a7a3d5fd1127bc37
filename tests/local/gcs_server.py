"""Starts the Cloud Storage server as a process and builds official clients for it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from google.cloud.storage import Client
from google.cloud.storage.retry import DEFAULT_RETRY

REPOSITORY = Path(__file__).resolve().parents[2]
QUICK_RETRY = DEFAULT_RETRY.with_delay(initial=0.01, maximum=0.05).with_timeout(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class GcsServer:
    process: subprocess.Popen[str]
    url: str

    def control(self, method: str, path: str, order: object = None) -> object:
        answer = requests.request(method, f"{self.url}/_control/{path}", json=order, timeout=5)
        answer.raise_for_status()
        result: object = answer.json()
        return result

    def fail(self, match: str, **what: object) -> None:
        self.control("POST", "faults", {"match": match, **what})

    def counts(self) -> dict[str, int]:
        answer = requests.get(f"{self.url}/_control/requests", timeout=5)
        counts: dict[str, int] = answer.json()
        return counts

    def peak_kib(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])


@contextmanager
def running_gcs(*options: str) -> Iterator[GcsServer]:
    process = subprocess.Popen(
        [sys.executable, "-m", "local.gcs", "--host", "127.0.0.1", "--port", "0", *options],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            assert ready["ready"] is True
            yield GcsServer(process=process, url=f"http://127.0.0.1:{ready['port']}")
        finally:
            process.terminate()
            process.wait(5)


@contextmanager
def gcs_client(server: GcsServer, project: str = "demo") -> Iterator[Client]:
    client = Client(
        project=project,
        client_options={"api_endpoint": server.url},
        use_auth_w_custom_endpoint=False,
    )
    # Otherwise a thread of its own asks for each new bucket once, which counts, meets the
    # faults of a test, and may outlive the client.
    client._bucket_metadata_cache = None
    try:
        yield client
    finally:
        client.close()
