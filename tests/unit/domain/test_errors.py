"""The family of errors and its reason codes."""

import re
from enum import StrEnum
from typing import Final

import pytest

from handlers.domain.errors import (
    IgnoreReason,
    InvalidPayloadError,
    InvalidReason,
    MediaReason,
    MediaRefusedError,
    PermanentError,
    PermanentReason,
    PipelineError,
    RejectReason,
    RetryableError,
    RetryReason,
)

REASONS: Final[tuple[type[StrEnum], ...]] = (
    RejectReason,
    InvalidReason,
    IgnoreReason,
    RetryReason,
    PermanentReason,
    MediaReason,
)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermanentError(PermanentReason.ID_CONFLICT), "id_conflict"),
        (RetryableError(RetryReason.LEASE_HELD), "lease_held"),
        (InvalidPayloadError(InvalidReason.NOT_JSON), "not_json"),
        (MediaRefusedError(MediaReason.NOT_FOUND), "not_found"),
    ],
    ids=["permanent", "retryable", "invalid", "media"],
)
def test_an_error_says_its_reason_and_nothing_else(error: PipelineError, reason: str) -> None:
    assert str(error) == reason
    assert repr(error) == f"{type(error).__name__}('{reason}')"


def test_no_branch_of_the_family_is_another() -> None:
    # Others may have errors of their own, which no body hands to another.
    family = PipelineError.__module__
    branches = [each for each in PipelineError.__subclasses__() if each.__module__ == family]

    assert {branch.__name__ for branch in branches} == {
        "PermanentError",
        "RetryableError",
        "InvalidPayloadError",
        "MediaRefusedError",
        "ChatwootRefusedError",
        "SendRefusedError",
    }


@pytest.mark.parametrize("reasons", REASONS, ids=lambda reasons: reasons.__name__)
def test_a_reason_code_is_its_name_in_small_letters(reasons: type[StrEnum]) -> None:
    for reason in reasons:
        assert re.fullmatch(r"[a-z][a-z_]+", reason.value)
        assert reason.value == reason.name.lower()
