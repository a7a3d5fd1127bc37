"""Waits for what the stack does in its own time."""

import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import psycopg2

from local.stack import Stack
from local.stored_state import StoredMessage, read_messages

T = TypeVar("T")


def until(look: Callable[[], T | None], *, seconds: float = 120) -> T:
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"did not happen within {seconds} s")
        time.sleep(0.05)


def settled(stack: Stack, message_id: str, *, seconds: float = 120) -> StoredMessage:
    def look() -> StoredMessage | None:
        message = read_messages(stack.database_url).get(message_id)
        return message if message is not None and message.is_settled else None

    return until(look, seconds=seconds)


def query(stack: Stack, statement: str, *parameters: object) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(stack.database_url)) as connection, connection:
        cursor = connection.cursor()
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
