"""Between functions-framework's requests and the bodies' own values."""

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol

from flask import Request, Response

from handlers.chatwoot_webhook import MAX_BODY_BYTES, ChatwootWebhook, WebhookRequest
from handlers.domain.errors import RejectReason
from handlers.domain.json_values import JsonObject
from handlers.domain.signature import SenderProof

if TYPE_CHECKING:
    # The webhook's cold start does not pay for what only the others need.
    from handlers.outcomes import Outcome
    from handlers.run_maintenance import RunMaintenance


class PushReceiver(Protocol):
    """Takes the body of one push request."""

    def receive(self, push_body: bytes) -> "Outcome":
        """Say whether the message is acknowledged or handed back."""


def answer_delivery(request: Request, webhook: ChatwootWebhook) -> Response:
    """Give a request to the webhook, reading no more of its body than the webhook takes."""
    body = None
    if (request.content_length or 0) <= MAX_BODY_BYTES:
        # A chunked body announces no length, so reading itself is bounded too.
        read = request.stream.read(MAX_BODY_BYTES + 1)
        body = read if len(read) <= MAX_BODY_BYTES else None
    headers = request.headers
    answer = webhook.receive(
        WebhookRequest(
            method=request.method,
            body=body,
            proof=SenderProof(
                signature=headers.get("X-Chatwoot-Signature"),
                timestamp=headers.get("X-Chatwoot-Timestamp"),
                url_token=request.args.get("token"),
            ),
            delivery_id=headers.get("X-Chatwoot-Delivery"),
            traceparent=headers.get("traceparent"),
            cloud_trace_context=headers.get("X-Cloud-Trace-Context"),
        )
    )
    response = _json(answer.status, answer.document)
    if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers["Allow"] = "GET, HEAD, POST"
    if body is None:
        # functions-framework reads the rest of a request into memory before it answers, except
        # for a streamed answer; the connection cannot be used again then.
        response.response = iter([response.get_data()])
        response.headers["Connection"] = "close"
    return response


def answer_push(request: Request, worker: PushReceiver) -> Response:
    """Give a push request to its receiver; any status but 2xx hands the message back."""
    if request.method != "POST":
        return _not_allowed("POST")
    outcome = worker.receive(request.get_data(cache=False))
    document: JsonObject = {"status": outcome.status}
    if outcome.reason is not None:
        document["reason"] = outcome.reason
    return _json(outcome.http_status, document)


def answer_sweep(request: Request, maintenance: "RunMaintenance") -> Response:
    """Run the sweep that the path names: POST /spool."""
    if request.method != "POST":
        return _not_allowed("POST")
    report = maintenance.run(request.path.strip("/"))
    return _json(report.http_status, report.document)


def _not_allowed(*methods: str) -> Response:
    response = _json(
        HTTPStatus.METHOD_NOT_ALLOWED,
        {"status": "rejected", "reason": RejectReason.METHOD_NOT_ALLOWED.value},
    )
    response.headers["Allow"] = ", ".join(methods)
    return response


def _json(status: int, document: JsonObject) -> Response:
    return Response(json.dumps(document), status=status, mimetype="application/json")
