"""What large attachments add to the worker's memory."""

import itertools
from contextlib import ExitStack
from dataclasses import dataclass

from bench.deliveries import Person, delivery_body, push_request
from bench.http_client import is_ok_with, measure_throughput
from bench.large_files import write_document, write_voice_note
from bench.media_server import MediaServer
from bench.process_figures import forget_peak, peak_resident, read_memory
from bench.report import Section, Table, Verdict
from bench.servers import THREADS, Function, product_source, start_function
from bench.spread import Spread
from local.functions import REPOSITORY
from local.stack import Stack

_MIB = 1024 * 1024
_MAX_ADDED_MIB = 48.0
_PERSON = Person(number=1)
_KINDS = {"small": "audio", "voice": "audio", "document": "file"}
_METHOD = (
    "In every round a new worker first takes two texts and two small voice notes, so that every "
    "library is loaded, then the large attachment: OGG/Opus noise of {seconds:.0f} s and "
    "{voice:.1f} MiB, or a document of {document:.0f} MiB. The figure is the peak of the process's "
    "resident memory while it works (the kernel's high-water mark, set back before) less what was "
    "resident before. Files come from, and recordings go to, a small server that answers at once; "
    "the bucket is our Cloud Storage server."
)
_NOTE = (
    "The attachment itself lies in a temporary file, which is not in these figures. On Cloud Run "
    "the file system is memory: there an attachment in work costs its own size as well, so a 16 MB "
    "voice note needs about {total:.0f} MiB of the instance, and {threads} at once need eight "
    "files besides what is said above."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    name: str
    file: str
    at_once: int = 1


_VOICE = _Case(name="16 MB voice note", file="voice")
_CASES = (
    _VOICE,
    _Case(name="a second one after it", file="voice"),
    _Case(name="64 MB document", file="document"),
    _Case(name=f"{THREADS} voice notes of 16 MB at once", file="voice", at_once=THREADS),
)


def measure(*, is_quick: bool) -> Section:
    """Run all rounds, each with a worker of its own."""
    rounds = 2 if is_quick else 5
    with ExitStack() as undo:
        stack = undo.enter_context(Stack())
        files = {name: stack.directory / name for name in ("voice", "document")}
        files["small"] = REPOSITORY / "local" / "voice" / "note.ogg"
        seconds = write_voice_note(files["voice"], 16 * _MIB)
        write_document(files["document"], 64 * _MIB)
        sizes = {name: path.stat().st_size / _MIB for name, path in files.items()}
        media = undo.enter_context(MediaServer(files))
        pushes = _Pushes(media.url)
        found = [_run_round(stack, media, pushes) for _ in range(rounds)]
    added = {case.name: Spread.of(each[case.name] for each in found) for case in _CASES}
    voice = added[_VOICE.name]
    return Section(
        name="memory",
        title="Memory of large attachments",
        method=_METHOD.format(seconds=seconds, voice=sizes["voice"], document=sizes["document"]),
        verdicts=[
            Verdict(
                what="resident memory added by one 16 MB voice note",
                measured=voice.text(unit=" MiB", digits=1),
                budget=f"≤ {_MAX_ADDED_MIB:g} MiB",
                is_met=voice.median <= _MAX_ADDED_MIB,
            )
        ],
        tables=[
            Table(
                title=f"MiB: median (least to greatest) of {rounds} rounds",
                columns=("", ""),
                rows=[
                    ("resident before, warm", _spread(found, "before")),
                    *((f"added by {name}", each.text(digits=1)) for name, each in added.items()),
                    ("resident afterwards", _spread(found, "after")),
                ],
            )
        ],
        notes=[_NOTE.format(total=sizes["voice"] + voice.median, threads="eight")],
    )


class _Pushes:
    """Makes pushes of distinct messages."""

    def __init__(self, media_url: str) -> None:
        self._media_url = media_url
        self._numbers = itertools.count(1)

    def text(self) -> bytes:
        """Return a text message's push."""
        message_id = next(self._numbers)
        return self._push(message_id, delivery_body(message_id, _PERSON))

    def with_file(self, name: str) -> bytes:
        """Return the push of a message with one attachment."""
        message_id = next(self._numbers)
        attachment = {
            "id": message_id,
            "message_id": message_id,
            "file_type": _KINDS[name],
            "account_id": 7,
            "extension": None,
            "data_url": f"{self._media_url}/{name}/{message_id}",
        }
        body = delivery_body(message_id, _PERSON, content=None, attachments=[attachment])
        return self._push(message_id, body)

    def _push(self, message_id: int, body: bytes) -> bytes:
        return push_request(body, message_id=message_id, person=_PERSON)


def _run_round(stack: Stack, media: MediaServer, pushes: _Pushes) -> dict[str, float]:
    with ExitStack() as undo:
        worker = start_function(
            undo,
            product_source(),
            "process_message",
            environ={
                **stack.worker_environ(),
                "CHATWOOT_BASE_URL": media.url,
                "OPENAI_BASE_URL": f"{media.url}/v1",
            },
            directory=stack.directory,
        )
        warm_up = [pushes.text(), pushes.text(), *(pushes.with_file("small") for _ in range(2))]
        _send(worker, warm_up, at_once=1)
        found = {"before": read_memory(worker.worker).resident}
        for case in _CASES:
            found[case.name] = _added(worker, pushes, case)
        found["after"] = read_memory(worker.worker).resident
        return found


def _added(worker: Function, pushes: _Pushes, case: _Case) -> float:
    requests = [pushes.with_file(case.file) for _ in range(case.at_once)]
    forget_peak(worker.worker)
    before = read_memory(worker.worker).resident
    _send(worker, requests, at_once=case.at_once)
    return peak_resident(worker.worker) - before


def _send(worker: Function, requests: list[bytes], *, at_once: int) -> None:
    measure_throughput(worker.port, requests, is_ok_with(b'"stored"'), concurrency=at_once)


def _spread(found: list[dict[str, float]], name: str) -> str:
    return Spread.of(each[name] for each in found).text(digits=1)
