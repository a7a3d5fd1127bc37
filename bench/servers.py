"""Starts what is measured and what it needs: functions as deployed, and a broker with its topic."""

import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.types import Topic

from bench.process_figures import worker_of
from local import processes
from local.functions import REPOSITORY
from local.official_pubsub import find_emulator, start_emulator

SECRET = "secret-of-the-benchmark"  # noqa: S105 - signs deliveries of the benchmark only
THREADS = 8
PROJECT_ID = "local-project"
_TOPIC = f"projects/{PROJECT_ID}/topics/chatwoot-events"
_START_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function under functions-framework and gunicorn."""

    child: processes.Child
    port: int

    @property
    def worker(self) -> int:
        """The process id of gunicorn's worker, where the function runs."""
        return worker_of(self.child.pid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A Pub/Sub server with the topic the webhook publishes to."""

    name: str
    host: str


def inherited_environ() -> dict[str, str]:
    """Return what the functions get of the caller's environment: nothing that configures them."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def function_command(source: Path, target: str, port: int) -> list[str]:
    """Return the command by which a deployed function starts."""
    return [
        *(sys.executable, "-m", "functions_framework"),
        *("--target", target, "--source", str(source)),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]


def function_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Complete a function's settings to its whole environment."""
    return {
        **inherited_environ(),
        "THREADS": str(THREADS),
        "PYTHONPATH": str(REPOSITORY),
        **environ,
    }


def webhook_environ(broker: Broker) -> dict[str, str]:
    """Return the webhook's settings."""
    return {
        "GCS_PROJECT_ID": PROJECT_ID,
        "CHATWOOT_WEBHOOK_SECRET": SECRET,
        # Never reached: the broker is there.
        "GCS_SPOOL_BUCKET": "bench-spool",
        # Deliveries are signed before a round begins; the comparison costs the same.
        "CHATWOOT_TOLERANCE_SECONDS": "86400",
        "PUBSUB_EMULATOR_HOST": broker.host,
    }


def noop_source() -> Path:
    """Return the file of the function that does nothing."""
    return REPOSITORY / "bench" / "noop" / "main.py"


def bare_worker_source() -> Path:
    """Return the file of the function that makes the worker's requests and nothing else."""
    return REPOSITORY / "bench" / "bare_worker" / "main.py"


def product_source() -> Path:
    """Return the file of the product's functions."""
    return REPOSITORY / "main.py"


def start_function(
    undo: ExitStack, source: Path, target: str, *, environ: Mapping[str, str], directory: Path
) -> Function:
    """Start a function and return once it accepts connections."""
    port = processes.free_port()
    child = undo.enter_context(
        processes.start(
            function_command(source, target, port),
            log=directory / f"{target}-{port}.log",
            env=function_environ(environ),
            cwd=REPOSITORY,
        )
    )
    child.wait_until(lambda: _accepts(port), timeout=_START_SECONDS)
    return Function(child=child, port=port)


def start_brokers(undo: ExitStack, directory: Path) -> list[Broker]:
    """Start the official emulator, where it is present, and our own server."""
    brokers = []
    jar = find_emulator()
    if jar is not None:
        port = processes.free_port()
        log = directory / "official-pubsub.log"
        undo.enter_context(start_emulator(jar, port=port, log=log))
        brokers.append(Broker(name="official emulator", host=f"127.0.0.1:{port}"))
    child = start_server(undo, "pubsub", directory=directory)
    brokers.append(Broker(name="local.pubsub", host=f"127.0.0.1:{child.port}"))
    for broker in brokers:
        with grpc.insecure_channel(broker.host) as channel:
            client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
            client.create_topic(request=Topic(name=_TOPIC), timeout=_START_SECONDS)
    return brokers


def start_server(undo: ExitStack, name: str, *options: str, directory: Path) -> processes.Child:
    """Start one of the local servers."""
    return undo.enter_context(
        processes.start(
            [sys.executable, "-m", f"local.{name}", "--host", "127.0.0.1", "--port", "0", *options],
            log=directory / f"{name}.log",
            env={**inherited_environ(), "PYTHONPATH": str(REPOSITORY)},
            cwd=REPOSITORY,
            ready_timeout=_START_SECONDS,
        )
    )


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
