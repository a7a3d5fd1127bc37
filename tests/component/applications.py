"""The functions as functions-framework serves them, with their body put in by the test."""

from collections.abc import Callable
from pathlib import Path

import functions_framework
import pytest
from flask.testing import FlaskClient

from handlers import wiring

MAIN = Path(__file__).parents[2] / "main.py"
_ENVIRON = {
    "GCS_PROJECT_ID": "test-project",
    "GCS_PROJECT_NUMBER": "123456789012",
    "GCS_SPOOL_BUCKET": "test-spool",
    "CHATWOOT_WEBHOOK_SECRET": "TESTsecretTESTsecretTEST",
    "CHATWOOT_BASE_URL": "https://chat.example.com",
    "CHATWOOT_API_ACCESS_TOKEN": "no-such-token",
    "CHATWOOT_ACCOUNT_ID": "7",
    "OWNER_HASH_KEY": "k" * 32,
    "SUPABASE_DB_URL": "postgresql://nobody:secret@127.0.0.1:1/none",
    "OPENAI_API_KEY": "sk-test",
}


def function_client(
    monkeypatch: pytest.MonkeyPatch, target: str, build: Callable[[], object]
) -> FlaskClient:
    """Load main.py for one function and return a client that calls it in this process."""
    for name, value in _ENVIRON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("FUNCTION_TARGET", target)
    monkeypatch.setattr(wiring, target, build)
    client: FlaskClient = functions_framework.create_app(target, str(MAIN)).test_client()
    return client
