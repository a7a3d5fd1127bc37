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
import json, os, sys, time
from concurrent.futures import ThreadPoolExecutor
import functions_framework
import grpc
from google.pubsub_v1.types import PublishResponse
from tests.factories import SECRET, encode, make_delivery, sign
confirmed = PublishResponse.pb()(message_ids=["1"]).SerializeToString()
publish = grpc.unary_unary_rpc_method_handler(lambda request, context: confirmed)
broker = grpc.server(ThreadPoolExecutor(1))
broker.add_generic_rpc_handlers(
    (grpc.method_handlers_generic_handler("google.pubsub.v1.Publisher", {"Publish": publish}),)
)
os.environ["PUBSUB_EMULATOR_HOST"] = f"127.0.0.1:{broker.add_insecure_port('127.0.0.1:0')}"
broker.start()
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
        "GCS_SPOOL_BUCKET": "test-spool",
        "CHATWOOT_WEBHOOK_SECRET": SECRET,
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
    assert (result["status"], result["answer"]["status"]) == (200, "accepted")
    loaded = [name for name in _FORBIDDEN if name in result["modules"]]
    assert loaded == []
    assert "google.pubsub_v1" in result["modules"]
