"""OpenAI's local stand-in, told what to answer and how to fail."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from handlers.clients.openai_intents import OpenAIIntents
from handlers.wiring.instance import SystemClock
from local import processes

KEY: Final = "sk-local"


@dataclass(frozen=True, slots=True)
class OpenAIService:
    url: str

    @contextmanager
    def intents(self, *, key: str = KEY, model: str = "gpt-6-luna") -> Iterator[OpenAIIntents]:
        """Return a client of a service that knows nothing of what was before."""
        self.reset()
        client = OpenAIIntents(
            api_key=key, base_url=f"{self.url}/v1", model=model, clock=SystemClock()
        )
        yield client
        client._client.close()
        self.reset()

    def tell(self, **answer: object) -> None:
        requests.post(f"{self.url}/_control/answers", json=answer, timeout=5).raise_for_status()

    def fail(self, **fault: object) -> None:
        order = {"match": "POST /v1/responses", **fault}
        requests.post(f"{self.url}/_control/faults", json=order, timeout=5).raise_for_status()

    def faults_left(self) -> list[Any]:
        found: list[Any] = requests.get(f"{self.url}/_control/faults", timeout=5).json()["faults"]
        return found

    def asked(self) -> list[dict[str, Any]]:
        kept = requests.get(f"{self.url}/_control/requests", timeout=5).json()
        found: list[dict[str, Any]] = kept["responses"]
        return found

    def reset(self) -> None:
        for what in ("faults", "answers", "requests"):
            requests.delete(f"{self.url}/_control/{what}", timeout=5).raise_for_status()


@contextmanager
def openai_service(log: Path) -> Iterator[OpenAIService]:
    command = [sys.executable, "-m", "local.speech", "--host", "127.0.0.1", "--port", "0"]
    with processes.start([*command, "--api-key", KEY], log=log, ready_timeout=20) as child:
        yield OpenAIService(f"http://127.0.0.1:{child.port}")
