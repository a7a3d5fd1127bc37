"""People whom the database knows, with a bucket of their own that is ready."""

from collections.abc import Sequence
from contextlib import closing

import psycopg2
from psycopg2.extras import execute_values

from bench.deliveries import ACCOUNT_ID, Person, delivery_body, push_request
from bench.http_client import UnexpectedAnswerError, exchange, is_ok


def introduce(people: Sequence[Person], *, database_url: str) -> None:
    """Map each to a user of their own."""
    rows = [(ACCOUNT_ID, person.contact_id) for person in people]
    with closing(psycopg2.connect(database_url)) as connection, connection:
        execute_values(
            connection.cursor(),
            "insert into whatsapp.contacts (installation, account_id, contact_id, user_id)"
            " values %s",
            rows,
            template="('main', %s, %s, gen_random_uuid())",
        )


def let_write_once(people: Sequence[Person], *, worker_port: int, first_message_id: int) -> None:
    """Send each person's first message, with which the worker creates their bucket."""
    for message_id, person in enumerate(people, first_message_id):
        body = delivery_body(message_id, person)
        request = push_request(body, message_id=message_id, person=person)
        answer = exchange(worker_port, request)
        if not is_ok(answer):
            raise UnexpectedAnswerError(answer.decode("utf-8", "replace"))
