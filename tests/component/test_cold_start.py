"""The webhook's process never loads what only the worker needs."""

import json
import os
import subprocess
import sys
from typing import Final

from tests.component.applications import MAIN
from tests.factories import SECRET

_FORBIDDEN: Final = (
    "openai",
    "psycopg2",
    "google.cloud.storage",
    "db",
    "storage",
    "handlers.process_message",
)
_SCRIPT: Final = """
import json, sys, time
import functions_framework
from tests.factories import SECRET, encode, make_delivery, sign
app = functions_framework.create_app("chatwoot_webhook", sys.argv[1])
body = encode(make_delivery())
answer = app.test_client().post("/", data=body, headers=sign(body, SECRET, int(time.time())))
print(json.dumps({"status": answer.status_code, "answer": answer.json, "modules": [*sys.modules]}))
"""


def test_a_fresh_webhook_answers_without_the_workers_libraries() -> None:
    environ = {
        "PATH": os.defpath,
        "PYTHONPATH": str(MAIN.parent),
        "FUNCTION_TARGET": "chatwoot_webhook",
        "GCS_PROJECT_ID": "test-project",
        "CHATWOOT_WEBHOOK_SECRET": SECRET,
        # Nobody listens there: the answer is 503, after everything it needs was loaded.
        "PUBSUB_EMULATOR_HOST": "127.0.0.1:9",
    }

    done = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", _SCRIPT, str(MAIN)],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )

    *_, said = done.stdout.splitlines()
    result = json.loads(said)
    assert result["status"] == 503
    assert result["answer"]["reason"] in {"publish_failed", "publish_timeout"}
    loaded = [name for name in _FORBIDDEN if name in result["modules"]]
    assert loaded == []
    assert "google.pubsub_v1" in result["modules"]
