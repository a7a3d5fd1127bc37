"""Entry points of the functions; everything else is in handlers."""

import functions_framework
from flask import Request, Response

from handlers import wiring
from handlers.flask_requests import answer_delivery, answer_push, answer_sweep

# A function that cannot work must not start.
wiring.prepare()


@functions_framework.http
def chatwoot_webhook(request: Request) -> Response:
    """Take a delivery from Chatwoot."""
    return answer_delivery(request, wiring.chatwoot_webhook())


@functions_framework.http
def process_message(request: Request) -> Response:
    """Take a message from the push subscription."""
    return answer_push(request, wiring.process_message())


@functions_framework.http
def record_dead_letter(request: Request) -> Response:
    """Take a message that the push subscription gave up."""
    return answer_push(request, wiring.record_dead_letter())


@functions_framework.http
def notify_ready(request: Request) -> Response:
    """Take what the writer says of an order."""
    return answer_push(request, wiring.notify_ready())


@functions_framework.http
def run_maintenance(request: Request) -> Response:
    """Run the sweep that the path names."""
    return answer_sweep(request, wiring.run_maintenance())
