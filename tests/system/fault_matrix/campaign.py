"""Runs the whole matrix on one stack: an outage for each cell, then recovery, then a look."""

import base64
import hashlib
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

import local.voice
from local.chatwoot_people import ChatwootPeople
from local.stack import Stack
from local.stored_state import read_messages
from tests.system.fault_matrix.cells import Cell, Neighbour
from tests.system.fault_matrix.faulty_proxy import FaultyProxy
from tests.system.waiting import query, until

_RECORDING: Final = (Path(local.voice.__file__).parent / "order.ogg").read_bytes()
_OUTAGE_SECONDS: Final = 1.0
_SWEEP_SECONDS: Final = 3.0
# As if the leases of the dead had run out: a worker that lives takes less than 4 s for a step, or
# less than a minute for words.
_END_STUCK_LEASES: Final = """
update whatsapp.messages set lease_until = now()
where lease_until between now() and now() + interval '116 s'
  or lease_until between now() + interval '121 s' and now() + interval '240 s'
"""
_MAKE_DUE: Final = """
update whatsapp.attachments set next_attempt_at = now()
where state = 'pending' and next_attempt_at > now()
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPair:
    """A text and a voice note of two people who wrote while a fault was on."""

    text_id: str
    voice_id: str
    recording: bytes
    conversations: Mapping[str, str]
    """By message id."""
    http_statuses: frozenset[int | None]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.recording).hexdigest()


class Campaign:
    """Everything that goes over the network goes through a proxy before its neighbour."""

    def __init__(self, stack: Stack, proxies: Mapping[Neighbour, FaultyProxy]) -> None:
        self._stack = stack
        self._proxies = proxies
        self._people = ChatwootPeople(stack.chatwoot_url)
        self._controls = {
            Neighbour.PUBSUB: f"{stack.pubsub_control_url}/faults",
            Neighbour.GCS: f"{stack.gcs_url}/_control/faults",
            Neighbour.SPEECH: f"{stack.speech_url}/_control/faults",
            Neighbour.CHATWOOT: f"{stack.chatwoot_url}/_control/faults",
        }

    def send(self, name: str) -> SentPair:
        """Let two people write, and return when Chatwoot has been answered."""
        # What follows the last page is no part of the sound: equal words, other bytes.
        recording = _RECORDING + hashlib.sha256(name.encode()).digest()
        audio = {
            "file_type": "audio",
            "base64": base64.b64encode(recording).decode(),
            "filename": "order.ogg",
            "content_type": "audio/ogg",
        }
        one, two = (self._people.add_person(name, phone=None) for _ in range(2))
        with ThreadPoolExecutor(2) as threads:
            text = threads.submit(
                self._people.write, one["conversation_id"], content="Call Ana on Tuesday"
            )
            voice = threads.submit(self._people.write, two["conversation_id"], attachments=[audio])
        sent = [*text.result(), *voice.result()]
        text_id, voice_id = sent[0].message_id, sent[-1].message_id
        return SentPair(
            text_id=text_id,
            voice_id=voice_id,
            recording=recording,
            conversations={
                text_id: str(one["conversation_id"]),
                voice_id: str(two["conversation_id"]),
            },
            http_statuses=frozenset(delivery.http_status for delivery in sent),
        )

    def send_during(self, cell: Cell) -> SentPair:
        """Let two people write while the cell's fault is on; it lasts until it was met."""
        if cell.neighbour is Neighbour.GCS:
            # One that met the fault before leaves the store alone for a while.
            self._stack.functions["process_message"].stop()
            self._stack.start_function("process_message")
        with self._fault(cell):
            began = time.monotonic()
            sent = self.send(cell.name)
            until(lambda: self._was_met(cell), seconds=30)
            until(lambda: time.monotonic() - began > _OUTAGE_SECONDS)
        return sent

    def recover(self, message_ids: set[str]) -> None:
        """Let redelivery and maintenance do their work until all the messages are settled."""
        # Nothing was lost on Chatwoot's side, so that reconcile has nothing to find.
        sweeps = set(self._stack.sweep("nothing")["sweeps"]) - {"reconcile"}
        next_due = 0.0

        def are_settled() -> bool:
            nonlocal next_due
            if time.monotonic() >= next_due:
                query(self._stack, _END_STUCK_LEASES)
                query(self._stack, _MAKE_DUE)
                for sweep in sorted(sweeps):
                    self._stack.sweep(sweep)
                next_due = time.monotonic() + _SWEEP_SECONDS
            found = read_messages(self._stack.database_url)
            return all(one in found and found[one].is_settled for one in message_ids)

        until(are_settled, seconds=120)

    def transcriptions(self, digest: str) -> int:
        """Count how often the speech service was given a recording."""
        url = f"{self._stack.speech_url}/_control/requests"
        asked = requests.get(url, timeout=5).json()["transcriptions"]
        return [each["sha256"] for each in asked].count(digest)

    @contextmanager
    def _fault(self, cell: Cell) -> Iterator[None]:
        if cell.proxy is not None:
            proxy = self._proxies[cell.neighbour]
            proxy.order(cell.proxy)
            try:
                yield
            finally:
                proxy.lift()
            return
        url = self._controls[cell.neighbour]
        requests.post(url, json=cell.order, timeout=5).raise_for_status()
        try:
            yield
        finally:
            requests.delete(url, timeout=5).raise_for_status()

    def _was_met(self, cell: Cell) -> bool:
        if cell.proxy is not None:
            # Nobody counts who knocks where nobody listens.
            return cell.proxy.refuses or self._proxies[cell.neighbour].met > 0
        if cell.neighbour is Neighbour.PUBSUB:
            # Chatwoot is answered after the publish, well or not.
            return True
        assert cell.order is not None
        answer: Any = requests.get(self._controls[cell.neighbour], timeout=5).json()
        left = answer["faults"] if isinstance(answer, dict) else answer
        return not left or left[0]["times"] < cell.order["times"]
