"""The local Chatwoot sends on as WhatsApp would, and shows the customer's phone."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from local.chatwoot_people import ChatwootPeople
from tests.local.chatwoot_server import BOT, Chatwoot, run_chatwoot

PLATFORMS = ["LinkedIn", "Instagram", "Twitter/X", "Blog"]
READY = {"name": "content_ready", "language": "en_US", "category": "UTILITY"}


@pytest.fixture(scope="module")
def chatwoot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chatwoot]:
    with run_chatwoot(tmp_path_factory.mktemp("chatwoot"), "--receipts-after", "0.01") as running:
        yield running


class Talk:
    def __init__(
        self, chatwoot: Chatwoot, *, channel: str = "whatsapp", is_open: bool = True
    ) -> None:
        self.chatwoot = chatwoot
        self.people = ChatwootPeople(chatwoot.url)
        self.conversation_id = int(chatwoot.contact(channel=channel)["conversation_id"])
        if is_open:
            self.people.write(self.conversation_id, content="hello")

    def send(self, content: str | None, **more: object) -> dict[str, Any]:
        """Post a message as our side does, and return it once the channel has had it."""
        path = f"conversations/{self.conversation_id}/messages"
        answer = self.chatwoot.api("POST", path, {"content": content, **more}, token=BOT)
        assert answer.status_code == 200, answer.text
        deadline = time.monotonic() + 10
        while self.chatwoot.control("deliveries", method="GET")["pending"]:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        listed = self.chatwoot.api("GET", path).json()["payload"]
        found: dict[str, Any] = next(m for m in listed if m["id"] == answer.json()["id"])
        return found

    def ask(self, *titles: str, value: str = "v") -> dict[str, Any]:
        items = [{"title": title, "value": f"{value}{n}"} for n, title in enumerate(titles)]
        return self.send(
            "Which?", content_type="input_select", content_attributes={"items": items, "mark": "m"}
        )

    def text(self) -> str:
        return self.people.phone(self.conversation_id)[-1].text


@pytest.mark.parametrize(
    ("titles", "shown_as"), [(PLATFORMS[:3], "buttons"), (PLATFORMS, "list")], ids=["3", "4"]
)
def test_up_to_three_options_are_buttons_and_more_are_a_list(
    chatwoot: Chatwoot, titles: list[str], shown_as: str
) -> None:
    talk = Talk(chatwoot)
    talk.ask(*titles)

    bubble = talk.people.phone(talk.conversation_id)[-1]

    assert (bubble.text, list(bubble.options), bubble.shown_as) == ("Which?", titles, shown_as)


def test_a_tap_comes_back_as_the_title_alone_and_quotes_the_question(chatwoot: Chatwoot) -> None:
    talk = Talk(chatwoot)
    question = talk.ask(*PLATFORMS)

    talk.people.tap(talk.conversation_id, "Blog")

    path = f"conversations/{talk.conversation_id}/messages"
    tapped = chatwoot.api("GET", path).json()["payload"][-1]
    assert (tapped["content"], tapped["content_type"], tapped["message_type"]) == (
        "Blog",
        "text",
        0,
    )
    assert tapped["content_attributes"] == {
        "in_reply_to": question["id"],
        "in_reply_to_external_id": question["source_id"],
    }


@pytest.mark.parametrize("channel", ["whatsapp", "twilio_whatsapp", "api"])
def test_only_what_is_on_the_screen_can_be_tapped(chatwoot: Chatwoot, channel: str) -> None:
    talk = Talk(chatwoot, channel=channel)
    title = "LinkedIn" if channel != "whatsapp" else "Facebook"
    talk.ask(*PLATFORMS)

    answer = chatwoot.session.post(
        f"{chatwoot.url}/_control/conversations/{talk.conversation_id}/tap",
        json={"title": title},
        timeout=5,
    )

    assert answer.status_code == 400
    assert "is on the screen" in answer.json()["error"]


def test_a_channel_that_shows_text_only_shows_no_options(chatwoot: Chatwoot) -> None:
    talk = Talk(chatwoot, channel="twilio_whatsapp")
    talk.ask(*PLATFORMS)

    bubble = talk.people.phone(talk.conversation_id)[-1]

    assert (bubble.text, bubble.options, bubble.shown_as) == ("Which?", (), None)


@pytest.mark.parametrize(
    ("titles", "value"),
    [
        (["x" * 21], "v"),
        ([*PLATFORMS[:3], "x" * 25], "v"),
        ([f"option {number}" for number in range(11)], "v"),
        (["LinkedIn", "LinkedIn"], "v"),
        ([""], "v"),
        (PLATFORMS, "v" * 200),
    ],
    ids=["button-title", "row-title", "rows", "same-title", "no-title", "value"],
)
def test_what_whatsapp_refuses_is_taken_first_and_fails_later(
    chatwoot: Chatwoot, titles: list[str], value: str
) -> None:
    talk = Talk(chatwoot)

    failed = talk.ask(*titles, value=value)

    assert (failed["status"], failed["source_id"]) == ("failed", None)
    assert failed["content_attributes"]["external_error"].startswith("131009")
    # What the caller put there stays.
    assert failed["content_attributes"]["mark"] == "m"
    assert [bubble.is_ours for bubble in talk.people.phone(talk.conversation_id)] == [False]


@pytest.mark.parametrize("content", ["", None, "x" * 5000])
def test_a_text_that_is_empty_or_too_long_fails_later(
    chatwoot: Chatwoot, content: str | None
) -> None:
    assert Talk(chatwoot).send(content)["status"] == "failed"


def test_out_of_the_window_only_an_approved_template_arrives(chatwoot: Chatwoot) -> None:
    talk = Talk(chatwoot, is_open=False)
    talk.people.approve_template("content_ready", "en_US", "Order {{1}} is ready.")
    parameters = {**READY, "processed_params": {"1": "42"}}

    plain = talk.send("ready")
    unknown = talk.send("ready", template_params={**parameters, "language": "fr"})
    unfilled = talk.send("ready", template_params={**READY, "processed_params": {}})
    sent = talk.send("ready", template_params=parameters)

    assert "24-hour" in plain["content_attributes"]["external_error"]
    assert unknown["content_attributes"]["external_error"].startswith("132001")
    assert unfilled["content_attributes"]["external_error"].startswith("131009")
    assert sent["status"] == "delivered"
    assert [bubble.text for bubble in talk.people.phone(talk.conversation_id)] == [
        "Order 42 is ready."
    ]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**now** and *soon*", "*now* and _soon_"),
        ("see [the page](https://example.com/a)", "see https://example.com/a"),
        ("# Title\n<b>bold</b> 1 < 2", "Title\n\nbold 1 < 2"),
        ("first\n1. LinkedIn\n2. Blog", "first\n\n- LinkedIn\n- Blog"),
        ("    four spaces", "four spaces"),
        (r"2 \* 3 and snake_case", "2 * 3 and snake_case"),
        ("line one\nline two", "line one\nline two"),
        ("Hi {{contact.first_name}}{{ nothing.known }}!", "Hi Dana!"),
        ("{% if x %}a{% endif %}b", "ab"),
        ("not closed {{ contact.name", "not closed {{ contact.name"),
        ("kept `{{ contact.name }}`", "kept `{{ contact.name }}`"),
        ("*{{ contact.name }}* & more", "_Dana Vale_ & more"),
    ],
)
def test_a_text_passes_liquid_and_then_markdown(
    chatwoot: Chatwoot, written: str, shown: str
) -> None:
    talk = Talk(chatwoot)
    talk.send(written)

    assert talk.text() == shown


def test_private_notes_and_activities_are_not_on_the_phone(chatwoot: Chatwoot) -> None:
    talk = Talk(chatwoot)
    talk.send("for agents", private=True)
    talk.people.answer(talk.conversation_id, content="Rui joined", sender="activity")
    talk.people.answer(talk.conversation_id, content="Hello Dana")
    talk.send("last")

    shown = [bubble.text for bubble in talk.people.phone(talk.conversation_id)]
    assert shown == ["hello", "Hello Dana", "last"]
