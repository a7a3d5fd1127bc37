"""Whatever is posted is a delivery or a complaint, and whatever is accepted can be filed."""

import copy
import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.text import to_json
from handlers.domain.archive import message_document
from handlers.domain.deliveries import Accepted, Delivery, Ignored, InboxRules, read_delivery
from handlers.domain.envelope import Attributes, Envelope, encode_attributes
from handlers.domain.errors import InvalidPayloadError
from handlers.domain.message_state import MessageState, content_hash, join
from handlers.domain.notes import compose_note
from handlers.domain.object_names import message_day, message_object_name
from tests.factories import encode, make_delivery
from tests.unit.chatwoot_samples import NAMES, sample

RULES: Final = InboxRules(inbox_ids=frozenset())
PUBLISHED_AT: Final = datetime(2026, 8, 2, 9, 0, 1, tzinfo=UTC)

any_text = st.text(st.characters(exclude_categories=()), max_size=20)
any_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(any_text | st.just("id"), inner, max_size=4)
    ),
    max_leaves=8,
)


def read(body: bytes) -> Delivery | None:
    try:
        delivery = read_delivery(body, RULES)
    except InvalidPayloadError:
        return None
    assert isinstance(delivery, Accepted | Ignored)
    return delivery


def file_it(delivery: Accepted) -> None:
    """Take every pure step that the worker takes with what the webhook accepted."""
    message = delivery.message
    envelope = Envelope(
        body=b"", attributes=Attributes(), published_at=PUBLISHED_AT, pubsub_message_id="1"
    )
    day = message_day(message.created_at, PUBLISHED_AT)
    name = message_object_name(day, message.conversation_id, message.message_id)
    state = join(MessageState(), message)
    note = compose_note(state, message)
    encode_attributes(
        Attributes(
            event=message.event.value,
            account_id=message.account_id,
            conversation_id=message.conversation_id,
            message_id=message.message_id,
        )
    )

    assert json.loads(message_document(delivery.payload, message, envelope))
    assert len(name.encode("utf-8")) <= 1024
    assert len(content_hash(state)) == 64
    assert to_json({"content": note.content, "metadata": note.metadata}).encode("utf-8")


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every subtree."""
    found = [path] if path else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


PLACES: Final = {name: places(sample(name)) for name in NAMES}
# The parts that are read; the rest of a payload is only carried.
READ: Final = {
    name: [path for path in paths if len(path) == 1 or path[0] in {"attachments", "sender"}]
    for name, paths in PLACES.items()
}


@given(st.binary(max_size=300))
def test_arbitrary_bytes(body: bytes) -> None:
    read(body)


@given(any_json)
def test_arbitrary_json(value: object) -> None:
    read(json.dumps(value).encode())


@given(data=st.data(), name=st.sampled_from(NAMES))
def test_a_sample_with_any_subtree_removed(data: st.DataObject, name: str) -> None:
    payload = copy.deepcopy(sample(name))
    *way, last = data.draw(st.sampled_from(PLACES[name]))
    parent: Any = payload
    for step in way:
        parent = parent[step]
    del parent[last]

    delivery = read(json.dumps(payload).encode())

    if isinstance(delivery, Accepted):
        file_it(delivery)


@given(data=st.data(), name=st.sampled_from(NAMES), value=any_json)
def test_a_sample_with_any_subtree_replaced(data: st.DataObject, name: str, value: object) -> None:
    payload = copy.deepcopy(sample(name))
    *way, last = data.draw(st.sampled_from(PLACES[name]) | st.sampled_from(READ[name]))
    parent: Any = payload
    for step in way:
        parent = parent[step]
    parent[last] = value

    delivery = read(json.dumps(payload).encode())

    if isinstance(delivery, Accepted):
        file_it(delivery)


@given(content=any_text, name=any_text, title=any_text)
def test_any_words_can_be_filed(content: str, name: str, title: str) -> None:
    place = {"id": 1, "file_type": "location", "fallback_title": title, "coordinates_lat": 1e300}
    body = encode(
        make_delivery(content=content, sender={"id": 1, "name": name}, attachments=[place])
    )

    delivery = read(body)

    assert isinstance(delivery, Accepted)
    file_it(delivery)


@pytest.mark.parametrize("depth", [10, 100, 450, 600, 900])
@pytest.mark.parametrize("key", ["additional_attributes", "message_type", "attachments", "id"])
def test_deep_nesting_is_refused_or_can_be_filed(key: str, depth: int) -> None:
    whole = encode(make_delivery(**{key: None}))
    body = whole.replace(
        f'"{key}": null'.encode(), f'"{key}": '.encode() + b"[" * depth + b"]" * depth
    )
    assert body != whole

    delivery = read(body)

    if isinstance(delivery, Accepted):
        file_it(delivery)


@pytest.mark.parametrize("identifier", ["9" * 128, "\u6f22" * 128, "%" * 128, "\uffff" * 128])
def test_the_longest_ids_can_be_filed(identifier: str) -> None:
    conversation = {"id": identifier, "channel": "Channel::Whatsapp"}

    delivery = read(encode(make_delivery(id=identifier, conversation=conversation)))

    if isinstance(delivery, Accepted):
        file_it(delivery)
