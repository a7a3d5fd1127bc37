"""Types the operator's commands as a person does."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.functions import REPOSITORY
from local.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - documents of many shapes
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Types commands with the union of the functions' settings."""

    stack: Stack

    def run(self, *words: str, environ: Mapping[str, str | None] | None = None) -> Ended:
        settings: dict[str, str | None] = {
            **self.stack.webhook_environ(),
            **self.stack.worker_environ(),
            "WEBHOOK_URL": self.stack.webhook_url,
            **(environ or {}),
        }
        done = subprocess.run(
            [sys.executable, "-m", "handlers.cli", *words],
            cwd=REPOSITORY,
            env={name: value for name, value in settings.items() if value is not None},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        for secret in (self.stack.api_token, self.stack.webhook_secret):
            assert secret not in done.stdout + done.stderr
        return Ended(code=done.returncode, out=done.stdout, err=done.stderr)

    def doctor(self, **environ: str | None) -> dict[str, list[tuple[str, str]]]:
        """Return verdict and words of the findings by what they are about."""
        words = ("doctor", "--json", "--instances", "4", "--check-seconds", "60s")
        ended = self.run(*words, environ=environ)
        findings: dict[str, list[tuple[str, str]]] = {}
        for each in ended.document["findings"]:
            findings.setdefault(each["about"], []).append((each["verdict"], each["said"]))
            assert (each["mend"] is None) == (each["verdict"] == "ok")
        is_wrong = any(v == "wrong" for each in findings.values() for v, _ in each)
        assert ended.code == int(is_wrong), ended.err
        return findings
