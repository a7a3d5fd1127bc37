"""Does the requests that a text message costs, with nothing around them.

The same SQL functions with documents of the same shape, the same upload with the same options, by
the same libraries in the same server. No checks, no types, no recovery, no logs.
"""

import base64
import functools
import json
import os
import threading
from typing import Any

import functions_framework
import psycopg2
import requests.adapters
from flask import Request, Response
from google.cloud import storage

from bench.ledger_documents import (
    CLAIM,
    FINISH,
    claim_document,
    finish_document,
    ids_of,
    object_name_of,
)

_TIMEOUT_SECONDS = (5, 30)
_CONNECTIONS = 32
_here = threading.local()


@functions_framework.http
def bare_worker(request: Request) -> Response:
    """Claim, upload, finish."""
    message = json.loads(request.get_data(cache=False))["message"]
    body = json.loads(base64.b64decode(message["data"]))
    ids = ids_of(body)
    claimed = _call(CLAIM, request=claim_document(body, message["publishTime"]))
    bucket = claimed["bucket"]["name"]
    blob = _client().bucket(bucket).blob(object_name_of(body))
    blob.metadata = {**ids, "created_at": body["created_at"]}
    document = {"webhook_payload": body, "processed_at": message["publishTime"], "metadata": ids}
    blob.upload_from_string(
        json.dumps(document),
        content_type="application/json",
        if_generation_match=0,
        checksum="crc32c",
        retry=None,
        timeout=_TIMEOUT_SECONDS,
    )
    lease = {**ids, "fence": claimed["fence"]}
    _call(FINISH, lease=lease, request=finish_document(body, bucket))
    return Response("ok")


def _call(statement: str, **documents: object) -> Any:  # noqa: ANN401 - jsonb of many shapes
    if not hasattr(_here, "connection"):
        _here.connection = psycopg2.connect(os.environ["SUPABASE_DB_URL"])
        _here.connection.autocommit = True
    with _here.connection.cursor() as cursor:
        parameters = {name: json.dumps(document) for name, document in documents.items()}
        cursor.execute(statement, parameters)
        (value,) = cursor.fetchone()
        return value


@functools.cache
def _client() -> storage.Client:
    client = storage.Client(project=os.environ["GCS_PROJECT_ID"])
    session: Any = client._http  # noqa: SLF001 - the library offers no other way to size its pool
    adapter = requests.adapters.HTTPAdapter(pool_connections=4, pool_maxsize=_CONNECTIONS)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return client
