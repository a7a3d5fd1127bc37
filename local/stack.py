"""The whole system on this machine: real Postgres, both functions, and stand-ins for the clouds."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psycopg2
import requests
from psycopg2 import sql

from local import processes
from local.functions import REPOSITORY, start_function
from local.official_pubsub import start_emulator
from local.postgres import PostgresServer
from local.queues import create_queues
from local.spool_bucket import create_spool_bucket

PROJECT_ID = "local-project"
PROJECT_NUMBER = 123456789012
ACCOUNT_ID = 7
BUCKET_PREFIX = "local-whatsapp"
SPOOL_BUCKET = "local-spool"
_READY_SECONDS = 30.0
_WORKER_ROLE = "worker"
_WORKERS = ("process_message", "record_dead_letter", "notify_ready")


@dataclass(kw_only=True)
class Stack:
    """Everything started in order; stopped in reverse, by process id.

    `allow_unsigned` is for people who post by hand; a signature that is present must still verify.
    """

    allow_unsigned: bool = False
    webhook_port: int = 0
    official_pubsub: Path | None = None
    """The official emulator's jar, to run with it instead of our server."""
    postgres_binaries: Path | None = None
    attachment_delay_seconds: float = 0.4
    max_delivery_attempts: int = 100
    function_environ: Mapping[str, str] = field(default_factory=dict)
    report: Callable[[str], None] = lambda _: None

    def __enter__(self) -> Self:
        """Start everything, or nothing."""
        with ExitStack() as undo:
            self._start(undo)
            self._undo = undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop everything and remove what was written."""
        self._undo.close()

    def _start(self, undo: ExitStack) -> None:
        self.directory = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="whatsapp-")))
        # Hexadecimal: other alphabets have a dash, which an option's value must not begin with.
        self.webhook_secret = secrets.token_hex(16)
        self.api_token = secrets.token_hex(16)
        self.webhook_port = self.webhook_port or processes.free_port()
        self.webhook_url = f"http://127.0.0.1:{self.webhook_port}/"
        self._start_postgres(undo)
        self._start_stand_ins(undo)
        self._start_functions(undo)

    def _start_postgres(self, undo: ExitStack) -> None:
        self.report("PostgreSQL")
        self.postgres = undo.enter_context(PostgresServer(binaries=self.postgres_binaries))
        self.database_url = self.postgres.dsn()
        _run([sys.executable, "-m", "db.migrate"], {"SUPABASE_DB_URL": self.database_url})
        # As deployed: a login of its own that may do what the pipeline's role may, and no more.
        password = secrets.token_hex(16)
        with psycopg2.connect(self.database_url) as connection, connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("create role {} login password {} in role whatsapp_pipeline").format(
                    sql.Identifier(_WORKER_ROLE), sql.Literal(password)
                )
            )
        connection.close()
        self.worker_database_url = (
            f"postgresql://{_WORKER_ROLE}:{password}@127.0.0.1:{self.postgres.port}/postgres"
        )

    def _start_stand_ins(self, undo: ExitStack) -> None:
        self.report("Pub/Sub")
        if self.official_pubsub is None:
            pubsub = self._server(undo, "pubsub")
            self.pubsub_host = f"127.0.0.1:{pubsub.port}"
            self.pubsub_control_url = f"http://127.0.0.1:{pubsub.ready['control_port']}"
        else:
            port = processes.free_port()
            log = self.directory / "pubsub.log"
            undo.enter_context(start_emulator(self.official_pubsub, port=port, log=log))
            self.pubsub_host = f"127.0.0.1:{port}"
        self.report("Cloud Storage")
        gcs = self._server(undo, "gcs", "--project-number", str(PROJECT_NUMBER))
        self.gcs_url = f"http://127.0.0.1:{gcs.port}"
        self.report("speech")
        speech = self._server(undo, "speech", "--api-key", self.api_token)
        self.speech_url = f"http://127.0.0.1:{speech.port}"
        self.report("Chatwoot")
        chatwoot = self._server(
            undo,
            "chatwoot",
            *("--secret", self.webhook_secret, "--webhook-url", self.webhook_url),
            *("--account-id", str(ACCOUNT_ID)),
            *("--api-token", self.api_token, "--data", str(self.directory / "chatwoot")),
            *("--attachment-delay", str(self.attachment_delay_seconds)),
        )
        self.chatwoot_url = f"http://127.0.0.1:{chatwoot.port}"
        create_spool_bucket(self.gcs_url, project_id=PROJECT_ID, name=SPOOL_BUCKET)

    def _start_functions(self, undo: ExitStack) -> None:
        self.report("functions")
        ports = {name: processes.free_port() for name in (*_WORKERS, "run_maintenance")}
        self.function_ports = {"chatwoot_webhook": self.webhook_port, **ports}
        create_queues(
            self.pubsub_host,
            project_id=PROJECT_ID,
            push_endpoint=self.function_url("process_message"),
            dead_letter_endpoint=self.function_url("record_dead_letter"),
            ready_endpoint=self.function_url("notify_ready"),
            max_delivery_attempts=self.max_delivery_attempts,
            # Google takes 31 days, its emulator seven.
            dead_letter_retention_days=31 if self.official_pubsub is None else 7,
        )
        self.functions: dict[str, processes.Child] = {}
        undo.callback(self._stop_functions)
        for name in self.function_ports:
            self.start_function(name)

    def _stop_functions(self) -> None:
        for child in self.functions.values():
            child.stop()

    def function_url(self, name: str) -> str:
        """Return where a function listens."""
        return f"http://127.0.0.1:{self.function_ports[name]}/"

    def start_function(self, name: str) -> None:
        """Start an entry point; again after it was stopped or killed."""
        environ = self.webhook_environ() if name == "chatwoot_webhook" else self.worker_environ()
        self.functions[name] = start_function(
            name,
            port=self.function_ports[name],
            environ=environ,
            log=self.directory / f"{name}.log",
        )

    def sweep(self, name: str) -> dict[str, Any]:
        """Run a sweep as Scheduler would, and return its report."""
        url = self.function_url("run_maintenance") + name
        report: dict[str, Any] = requests.post(url, json={}, timeout=60).json()
        return report

    def webhook_environ(self) -> dict[str, str]:
        """Return the settings of `chatwoot_webhook`."""
        return {
            **_inherited(),
            "GCS_PROJECT_ID": PROJECT_ID,
            "CHATWOOT_WEBHOOK_SECRET": self.webhook_secret,
            "ALLOW_UNSIGNED": "1" if self.allow_unsigned else "0",
            "PUBSUB_EMULATOR_HOST": self.pubsub_host,
            "STORAGE_EMULATOR_HOST": self.gcs_url,
            "GCS_SPOOL_BUCKET": SPOOL_BUCKET,
            **self.function_environ,
        }

    def worker_environ(self) -> dict[str, str]:
        """Return the settings of every other function."""
        return {
            **_inherited(),
            "GCS_PROJECT_ID": PROJECT_ID,
            "GCS_PROJECT_NUMBER": str(PROJECT_NUMBER),
            "GCS_BUCKET_PREFIX": BUCKET_PREFIX,
            "GCS_SPOOL_BUCKET": SPOOL_BUCKET,
            "PUBSUB_EMULATOR_HOST": self.pubsub_host,
            "STORAGE_EMULATOR_HOST": self.gcs_url,
            "OWNER_HASH_KEY": "the-owner-hash-key-of-the-local-stack",
            "SUPABASE_DB_URL": self.worker_database_url,
            "DB_POOL_SIZE": "8",
            "CHATWOOT_BASE_URL": self.chatwoot_url,
            "CHATWOOT_API_ACCESS_TOKEN": self.api_token,
            "CHATWOOT_ACCOUNT_ID": str(ACCOUNT_ID),
            "ALLOW_INSECURE_DOWNLOADS": "1",
            "OPENAI_API_KEY": self.api_token,
            "OPENAI_BASE_URL": f"{self.speech_url}/v1",
            **self.function_environ,
        }

    def _server(self, undo: ExitStack, name: str, *options: str) -> processes.Child:
        child = processes.start(
            [sys.executable, "-m", f"local.{name}", "--host", "127.0.0.1", "--port", "0", *options],
            log=self.directory / f"{name}.log",
            # The speech model's runtime keeps a folder of its own at home.
            env={**_inherited(), "PYTHONPATH": str(REPOSITORY), "HOME": str(self.directory)},
            cwd=REPOSITORY,
            ready_timeout=_READY_SECONDS,
        )
        return undo.enter_context(child)


def _inherited() -> dict[str, str]:
    # Nothing else of the caller's environment: a real key or host in it must not take part.
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def _run(command: list[str], environ: Mapping[str, str]) -> None:
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**_inherited(), **environ},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise processes.ChildError(f"{' '.join(command)} failed:\n{done.stderr}{done.stdout}")
