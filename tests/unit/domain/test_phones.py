"""What counts as a phone number."""

import pytest

from handlers.domain.phones import e164


@pytest.mark.parametrize(
    "written", ["+15550100123", "+5511987654321", "+6791234", "+123456789012345"]
)
def test_a_number_in_e164_is_one(written: str) -> None:
    assert e164(written) == written
    assert e164(f" {written}\n") == written


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        " ",
        "+",
        "15550100123",
        "0015550100123",
        "+05550100123",
        "+123456",
        "+1234567890123456",
        "+1 555 010 0123",
        "+1-555-010-0123",
        "+1555010012a",
        "+1555\u0660100123",
        "\uff0b15550100123",
        "whatsapp:+15550100123",
        "+15550100123\n+15550100124",
    ],
    ids=repr,
)
def test_nothing_is_guessed(written: str | None) -> None:
    assert e164(written) is None
