"""Starts the stack, sends every kind of message through it, and shows what became of each."""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from local.chatwoot_people import ChatwootPeople, Delivery
from local.order_scenes import OrderScenes
from local.phone_screen import print_scenes
from local.report import Row, print_report, print_timings
from local.stack import Stack
from local.stored_state import StoredMessage, list_objects, read_messages

_VOICE = Path(__file__).parent / "voice"
_SETTLE_SECONDS = 90.0
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing somebody does, and what has to come of it."""

    title: str
    act: Callable[[], list[Delivery]]
    expected_status: int = 200
    expected_state: str | None = "stored"
    """The ledger's state; None for what must leave no trace."""
    expected_words: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Played:
    """A step and the deliveries it caused."""

    step: Step
    deliveries: list[Delivery] = field(default_factory=list)


def run_demo() -> int:
    """Run the scenario; return 0 when everything ended as it must."""
    started = time.monotonic()
    sys.stdout.write("Starting: ")
    with Stack(report=_progress) as stack:
        sys.stdout.write(f"(up in {time.monotonic() - started:.1f} s)\n\nSending:\n")
        played = [_play(step) for step in _scenario(ChatwootPeople(stack.chatwoot_url))]
        messages = _wait_until_settled(stack, played)
        rows = [_row(one, messages, stack) for one in played]
        sys.stdout.write("\nOrdering content: ")
        scenes = OrderScenes(stack).play()
        sys.stdout.write(" done\n")
    print_report(rows)
    print_scenes(scenes)
    _print_times(played, messages)
    ends = [*(row.problem for row in rows), *(scene.problem for scene in scenes)]
    failures = [problem for problem in ends if problem]
    if failures:
        sys.stdout.write(f"\n{len(failures)} of {len(ends)} did not end as they must.\n")
        return 1
    sys.stdout.write(
        f"\nAll {len(ends)} ended as they must, in {time.monotonic() - started:.1f} s. "
        "Nothing was left running.\n"
    )
    return 0


def _scenario(people: ChatwootPeople) -> list[Step]:
    dana = people.add_person("Dana Vale", phone="+15550100123")["conversation_id"]
    rui = people.add_person("Rui", phone=None)["conversation_id"]
    widget = people.add_person("visitor", channel="web_widget")["conversation_id"]

    def media(conversation: int, kind: str, name: str, media_type: str, **message: object) -> Step:
        attachment = {
            "file_type": kind,
            "path": str(_VOICE / name),
            "filename": name,
            "content_type": media_type,
        }
        titles = {"note.ogg": "voice note", "photo.jpg": "image with caption"}
        return Step(
            title=titles.get(name, name.partition(".")[0]),
            act=lambda: people.write(conversation, attachments=[attachment], **message),
            expected_words=("launch", "March") if kind == "audio" else (),
        )

    twice: list[Delivery] = []

    def write_first() -> list[Delivery]:
        twice.extend(people.write(rui, content="Only once, please 🙏"))
        return twice

    return [
        Step(
            title="text",
            act=lambda: people.write(dana, content="Ideia: café <com> clientes & amigos ☕"),
            expected_words=("café",),
        ),
        media(dana, "audio", "note.ogg", "audio/ogg"),
        media(dana, "image", "photo.jpg", "image/jpeg", content="Here is the receipt"),
        Step(
            title="location",
            act=lambda: people.write(
                dana,
                attachments=[
                    {
                        "file_type": "location",
                        "coordinates_lat": -23.5505,
                        "coordinates_long": -46.6333,
                        "fallback_title": "Example Plaza, 1 Example Street",
                        "data_url": "https://example.com/venue",
                    }
                ],
            ),
            expected_words=("Example Plaza",),
        ),
        Step(
            title="contact card",
            act=lambda: people.write(
                rui,
                content="Kai Example",
                attachments=[
                    {
                        "file_type": "contact",
                        "fallback_title": "+1 555 010 0999",
                        "meta": {"firstName": "Kai", "lastName": "Example"},
                    }
                ],
            ),
            expected_words=("Kai",),
        ),
        media(dana, "file", "document.pdf", "application/pdf"),
        media(rui, "image", "sticker.webp", "image/webp"),
        Step(title="a message …", act=write_first, expected_words=("Only once",)),
        Step(
            title="… delivered again",
            act=lambda: people.deliver_again(twice[0].message_id),
            expected_words=("Only once",),
        ),
        Step(
            title="our own answer",
            act=lambda: people.answer(dana, content="Noted.", sender="agent_bot"),
            expected_state=None,
        ),
        Step(
            title="private note",
            act=lambda: people.answer(dana, content="VIP", private=True),
            expected_state=None,
        ),
        Step(
            title="web widget",
            act=lambda: people.write(widget, content="hello from the site"),
            expected_state=None,
        ),
        Step(
            title="wrong signature",
            act=lambda: people.deliver_again(twice[0].message_id, secret="not the secret"),  # noqa: S106
            expected_status=401,
            expected_state=None,
        ),
    ]


def _progress(name: str) -> None:
    sys.stdout.write(f"{name} · ")
    sys.stdout.flush()


def _play(step: Step) -> Played:
    deliveries = step.act()
    first = deliveries[0]
    milliseconds = first.seconds * 1000
    sys.stdout.write(f"  {step.title:<20} answered {first.http_status} in {milliseconds:.1f} ms\n")
    sys.stdout.flush()
    # A copy: one step's list is read by the next.
    return Played(step=step, deliveries=list(deliveries))


def _wait_until_settled(stack: Stack, played: list[Played]) -> dict[str, StoredMessage]:
    wanted = {p.deliveries[0].message_id for p in played if p.step.expected_state is not None}
    deadline = time.monotonic() + _SETTLE_SECONDS
    sys.stdout.write("\nWaiting for the worker")
    while True:
        messages = read_messages(stack.database_url)
        if all(one in messages and messages[one].is_settled for one in wanted):
            sys.stdout.write(" done\n")
            return messages
        if time.monotonic() > deadline:
            sys.stdout.write(" … gave up\n")
            return messages
        sys.stdout.write(".")
        sys.stdout.flush()
        time.sleep(10 * _POLL_SECONDS)


def _row(played: Played, messages: dict[str, StoredMessage], stack: Stack) -> Row:
    step, first = played.step, played.deliveries[0]
    message = messages.get(first.message_id) if step.expected_state is not None else None
    objects: dict[str, int] = {}
    if message is not None and message.bucket_name is not None:
        objects = list_objects(stack.gcs_url, message.bucket_name)
    names = () if message is None else (message.object_name or "", *message.media)
    return Row(
        title=step.title,
        http_status=first.http_status,
        answer=first.answer,
        message=message,
        object_sizes={name: objects[name] for name in names if name in objects},
        problem=_problem(played, message, messages, objects),
    )


def _problem(
    played: Played,
    message: StoredMessage | None,
    messages: dict[str, StoredMessage],
    objects: dict[str, int],
) -> str | None:
    step, first = played.step, played.deliveries[0]
    if first.http_status != step.expected_status:
        return f"answered {first.http_status}, not {step.expected_status}"
    if step.expected_state is None:
        is_kept = first.message_id in messages and step.expected_status == 200  # noqa: PLR2004
        return "was kept" if is_kept else None
    if message is None:
        return "is not in the ledger"
    if message.state != step.expected_state or not message.has_note:
        return f"is {message.state}, note {message.processing_status}"
    if any(word not in (message.content or "") for word in step.expected_words):
        return "lost its words"
    lacking = {message.object_name, *message.media} - set(objects)
    return f"lacks {len(lacking)} objects" if lacking else None


def _print_times(played: list[Played], messages: dict[str, StoredMessage]) -> None:
    answers = [delivery.seconds for one in played for delivery in one.deliveries]
    texts: list[float] = []
    recordings: list[float] = []
    for one in played:
        message = messages.get(one.deliveries[0].message_id)
        if message is None or message.stored_at is None or one.step.expected_state is None:
            continue
        seconds = message.stored_at - one.deliveries[0].sent_at
        is_voice = any(name.startswith("whatsapp-audio/") for name in message.media)
        if seconds > 0:
            (recordings if is_voice else texts).append(seconds)
    print_timings(
        {
            "answer to Chatwoot": statistics.median(answers),
            "slowest answer (the first: it opens the channel)": max(answers),
            "sent → stored, no voice": statistics.median(texts) if texts else None,
            "sent → stored with transcript": statistics.median(recordings) if recordings else None,
        }
    )
