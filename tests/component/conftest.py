"""The two functions, each with fakes behind it."""

import pytest

from tests.component.webhook_world import WebhookWorld, make_webhook_world
from tests.component.worker_world import WorkerWorld, make_worker_world


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> WebhookWorld:
    return make_webhook_world(monkeypatch)


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> WorkerWorld:
    return make_worker_world(monkeypatch)
