"""Whatever fails, and however, a message ends as it would have ended undisturbed.

Each cell: while one neighbour fails in one way, a person writes and another sends a voice note.
Then the fault is lifted, and redelivery and the sweeps bring the end state. Nothing is left out:
where a neighbour has no such answer, its own word for it is taken (gRPC's RESOURCE_EXHAUSTED and
UNAVAILABLE, Postgres' "too many clients" and "starting up"); a text never asks for speech or
media, so there its cells show that nothing of it waits for them.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from local.stack import SPOOL_BUCKET, Stack
from local.stored_state import list_objects
from tests.system.fault_matrix.campaign import Campaign, SentPair
from tests.system.fault_matrix.cells import CELLS, Cell, FaultKind, Neighbour
from tests.system.fault_matrix.end_states import EndState, read_end_states
from tests.system.fault_matrix.faulty_proxy import FaultyProxy
from tests.system.fault_matrix.postgres_faults import PostgresFaults
from tests.system.waiting import query

pytestmark = pytest.mark.system

_UNDISTURBED = "undisturbed"
_FUNCTIONS = (
    *("chatwoot_webhook", "process_message", "record_dead_letter", "notify_ready"),
    "run_maintenance",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the whole matrix."""

    sent: dict[str, SentPair]
    states: dict[str, EndState]
    transcriptions: dict[str, int]


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(allow_unsigned=True, attachment_delay_seconds=0) as running:
        yield running


@pytest.fixture(scope="module")
def campaign(stack: Stack) -> Iterator[Campaign]:
    with ExitStack() as undo:
        ports = {
            Neighbour.PUBSUB: int(stack.pubsub_host.rpartition(":")[2]),
            Neighbour.GCS: urlsplit(stack.gcs_url).port or 0,
            Neighbour.SPEECH: urlsplit(stack.speech_url).port or 0,
        }
        proxies = {name: undo.enter_context(FaultyProxy(port)) for name, port in ports.items()}
        postgres = proxies[Neighbour.POSTGRES] = undo.enter_context(
            PostgresFaults(stack.postgres.port)
        )
        stack.function_environ = {
            "PUBSUB_EMULATOR_HOST": f"127.0.0.1:{proxies[Neighbour.PUBSUB].port}",
            "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{proxies[Neighbour.GCS].port}",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{proxies[Neighbour.SPEECH].port}/v1",
            "SUPABASE_DB_URL": stack.worker_database_url.replace(
                f":{stack.postgres.port}/", f":{postgres.port}/"
            ),
        }
        for name in _FUNCTIONS:
            stack.functions[name].stop()
            stack.start_function(name)
        yield Campaign(stack, proxies)


@pytest.fixture(scope="module")
def outcome(stack: Stack, campaign: Campaign) -> Outcome:
    sent = {_UNDISTURBED: campaign.send(_UNDISTURBED)}
    campaign.recover(set(sent[_UNDISTURBED].conversations))
    for cell in CELLS:
        sent[cell.name] = campaign.send_during(cell)
        if cell.is_alone:
            campaign.recover(set(sent[cell.name].conversations))
    conversations = {
        message: conversation
        for pair in sent.values()
        for message, conversation in pair.conversations.items()
    }
    campaign.recover(set(conversations))
    return Outcome(
        sent=sent,
        states=read_end_states(stack, conversations),
        transcriptions={name: campaign.transcriptions(pair.digest) for name, pair in sent.items()},
    )


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_text_ends_as_if_nothing_had_failed(outcome: Outcome, cell: Cell) -> None:
    undisturbed = outcome.states[outcome.sent[_UNDISTURBED].text_id]

    assert outcome.states[outcome.sent[cell.name].text_id] == undisturbed


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_voice_note_ends_as_if_nothing_had_failed(outcome: Outcome, cell: Cell) -> None:
    pair, reference = outcome.sent[cell.name], outcome.sent[_UNDISTURBED]
    state, undisturbed = outcome.states[pair.voice_id], outcome.states[reference.voice_id]

    assert state.objects.pop("whatsapp-audio.ogg") == pair.recording
    assert state.objects == {
        name: content for name, content in undisturbed.objects.items() if name.endswith(".json")
    }
    assert (state.message, state.note, state.attachments) == (
        *(undisturbed.message, undisturbed.note, undisturbed.attachments),
    )


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_speech_is_paid_for_once_and_once_more_for_each_lost_answer(
    outcome: Outcome, cell: Cell
) -> None:
    assert 1 <= outcome.transcriptions[cell.name] <= cell.most_transcriptions


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_chatwoot_is_answered_200_whatever_fails(outcome: Outcome, cell: Cell) -> None:
    assert outcome.sent[cell.name].http_statuses == {200}


def test_the_undisturbed_end_state_is_what_a_person_expects(outcome: Outcome) -> None:
    pair = outcome.sent[_UNDISTURBED]
    text, voice = outcome.states[pair.text_id], outcome.states[pair.voice_id]

    assert text.message["state"] == voice.message["state"] == "stored"
    assert text.message["notes"] == voice.message["notes"] == 1
    assert text.note["content"] == "Call Ana on Tuesday"
    assert voice.note["content"] == voice.attachments[0]["transcript"]
    assert len(voice.note["content"]) > len(text.note["content"])
    assert set(text.objects) == {"whatsapp-messages.json"}
    assert set(voice.objects) >= {"whatsapp-messages.json"}


def test_nothing_else_is_left_behind(stack: Stack, outcome: Outcome) -> None:
    kept = query(stack, "select count(*) from whatsapp.messages")
    notes = query(stack, "select count(*) from public.meeting_notes")

    assert kept == notes == [(2 * len(outcome.sent),)]
    assert query(stack, "select key from whatsapp.dead_letters") == []
    assert list_objects(stack.gcs_url, SPOOL_BUCKET) == {}


def test_the_matrix_is_whole() -> None:
    assert len(CELLS) == len({cell.name for cell in CELLS}) == len(Neighbour) * len(FaultKind)
