"""Who is believed to be our Chatwoot."""

import hashlib
import hmac
import json
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.errors import RejectReason
from handlers.domain.signature import SenderProof, SenderRules, check_sender
from tests.factories import SECRET, sign
from tests.unit.chatwoot_samples import FOLDER

BODY: Final = b'{"event":"message_created"}'
SENT_AT: Final = 1_785_661_203
OTHER_SECRET: Final = "another-secret-of-the-rotation"  # noqa: S105 - tests only
URL_TOKEN: Final = "token-in-the-url"  # noqa: S105 - tests only
RULES: Final = SenderRules(secrets=(SECRET,))


def proof(
    signature: str | None = None, timestamp: str | None = None, url_token: str | None = None
) -> SenderProof:
    return SenderProof(signature=signature, timestamp=timestamp, url_token=url_token)


def signed(body: bytes = BODY, *, secret: str = SECRET, sent_at: int = SENT_AT) -> SenderProof:
    headers = sign(body, secret, sent_at)
    return proof(headers["X-Chatwoot-Signature"], headers["X-Chatwoot-Timestamp"])


def bare_hex(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_recorded_vector_is_believed() -> None:
    vector = json.loads((FOLDER / "signature_vector.json").read_bytes())
    body = (FOLDER / vector["body_file"]).read_bytes()

    verdict = check_sender(
        body,
        proof(vector["X-Chatwoot-Signature"], vector["X-Chatwoot-Timestamp"]),
        SenderRules(secrets=(vector["secret"],)),
        now=float(vector["X-Chatwoot-Timestamp"]),
    )

    assert verdict is None


def test_the_recorded_vector_is_refused_once_one_byte_of_the_body_differs() -> None:
    vector = json.loads((FOLDER / "signature_vector.json").read_bytes())
    body = (FOLDER / vector["body_file"]).read_bytes()

    verdict = check_sender(
        body + b"\n",
        proof(vector["X-Chatwoot-Signature"], vector["X-Chatwoot-Timestamp"]),
        SenderRules(secrets=(vector["secret"],)),
        now=float(vector["X-Chatwoot-Timestamp"]),
    )

    assert verdict is RejectReason.SIGNATURE_MISMATCH


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET], ids=["old", "new"])
def test_during_a_rotation_either_secret_signs(secret: str) -> None:
    rules = SenderRules(secrets=(SECRET, OTHER_SECRET))

    assert check_sender(BODY, signed(secret=secret), rules, now=SENT_AT) is None


def test_a_secret_that_was_rotated_out_signs_no_more() -> None:
    rules = SenderRules(secrets=(OTHER_SECRET,))

    verdict = check_sender(BODY, signed(), rules, now=SENT_AT)

    assert verdict is RejectReason.SIGNATURE_MISMATCH


@pytest.mark.parametrize(
    ("clock_ahead_seconds", "expected"),
    [
        (0, None),
        (300, None),
        (-300, None),
        (300.001, RejectReason.TIMESTAMP_OUT_OF_TOLERANCE),
        (-300.001, RejectReason.TIMESTAMP_OUT_OF_TOLERANCE),
        (10**9, RejectReason.TIMESTAMP_OUT_OF_TOLERANCE),
    ],
    ids=["now", "oldest", "newest", "too-old", "too-new", "years-old"],
)
def test_the_tolerance_holds_both_ways(
    clock_ahead_seconds: float, expected: RejectReason | None
) -> None:
    verdict = check_sender(BODY, signed(), RULES, now=SENT_AT + clock_ahead_seconds)

    assert verdict is expected


def test_the_tolerance_is_a_setting() -> None:
    rules = SenderRules(secrets=(SECRET,), tolerance_seconds=10)

    verdict = check_sender(BODY, signed(), rules, now=SENT_AT + 11)

    assert verdict is RejectReason.TIMESTAMP_OUT_OF_TOLERANCE


def test_a_forged_stale_delivery_is_called_forged_not_stale() -> None:
    verdict = check_sender(BODY, signed(secret=OTHER_SECRET), RULES, now=SENT_AT + 10**6)

    assert verdict is RejectReason.SIGNATURE_MISMATCH


def test_a_timestamp_of_another_delivery_does_not_fit() -> None:
    genuine = signed()

    moved = proof(genuine.signature, str(SENT_AT + 1))

    assert check_sender(BODY, moved, RULES, now=SENT_AT) is RejectReason.SIGNATURE_MISMATCH


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256=" + "a" * 63,
        "sha256=" + "a" * 65,
        "sha256=" + "g" * 64,
        "sha256=" + "a" * 64 + "\n",
        "sha256= " + "a" * 64,
        "sha1=" + "a" * 40,
        "sha256=sha256=" + "a" * 64,
        "sha256=" + "\N{ARABIC-INDIC DIGIT ONE}" * 64,
        "sha256=" + "\u00e9" * 64,
        "sha256=" + "\ud83d" * 64,
        "a" * 64,
    ],
    ids=[
        "empty",
        "no-digest",
        "short",
        "long",
        "not-hex",
        "newline",
        "space",
        "sha1",
        "prefix-twice",
        "other-digits",
        "latin-1",
        "lone-surrogate",
        "bare-hex-not-allowed",
    ],
)
def test_a_malformed_signature_is_refused_even_where_none_is_needed(signature: str) -> None:
    rules = SenderRules(secrets=(SECRET,), allow_unsigned=True)

    verdict = check_sender(BODY, proof(signature, str(SENT_AT)), rules, now=SENT_AT)

    assert verdict is RejectReason.SIGNATURE_MALFORMED


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        (None, RejectReason.TIMESTAMP_MISSING),
        ("", RejectReason.TIMESTAMP_MALFORMED),
        ("-1", RejectReason.TIMESTAMP_MALFORMED),
        ("1785661203.0", RejectReason.TIMESTAMP_MALFORMED),
        (" 1785661203", RejectReason.TIMESTAMP_MALFORMED),
        ("1785661203\n", RejectReason.TIMESTAMP_MALFORMED),
        ("1_785_661_203", RejectReason.TIMESTAMP_MALFORMED),
        ("9" * 5000, RejectReason.TIMESTAMP_MALFORMED),
        ("\N{ARABIC-INDIC DIGIT ONE}", RejectReason.TIMESTAMP_MALFORMED),
        ("now", RejectReason.TIMESTAMP_MALFORMED),
    ],
    ids=[
        "missing",
        "empty",
        "negative",
        "fraction",
        "space",
        "newline",
        "underscores",
        "very-long",
        "other-digits",
        "word",
    ],
)
def test_a_signature_needs_its_time(timestamp: str | None, expected: RejectReason) -> None:
    verdict = check_sender(BODY, proof(signed().signature, timestamp), RULES, now=SENT_AT)

    assert verdict is expected


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        (bare_hex(BODY), None),
        (bare_hex(BODY, OTHER_SECRET), RejectReason.SIGNATURE_MISMATCH),
        (bare_hex(BODY + b" "), RejectReason.SIGNATURE_MISMATCH),
    ],
    ids=["genuine", "other-secret", "other-body"],
)
def test_the_signature_over_the_body_alone_counts_where_it_is_allowed(
    signature: str, expected: RejectReason | None
) -> None:
    rules = SenderRules(secrets=(SECRET,), allow_body_signature=True)

    assert check_sender(BODY, proof(signature), rules, now=SENT_AT) is expected


def test_the_body_signature_does_not_open_the_timed_one() -> None:
    rules = SenderRules(secrets=(SECRET,), allow_body_signature=True)

    timed = proof(f"sha256={bare_hex(BODY)}", str(SENT_AT))

    assert check_sender(BODY, timed, rules, now=SENT_AT) is RejectReason.SIGNATURE_MISMATCH


@given(body=st.binary(max_size=200), secret=st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_is_signed_is_believed_and_a_changed_byte_is_not(body: bytes, secret: str) -> None:
    rules = SenderRules(secrets=(secret,))
    headers = signed(body, secret=secret)

    assert check_sender(body, headers, rules, now=SENT_AT) is None
    assert check_sender(body + b"x", headers, rules, now=SENT_AT) is not None


@given(
    signature=st.text(st.characters(exclude_categories=())),
    timestamp=st.none() | st.text(st.characters(exclude_categories=())),
)
def test_no_header_is_believed_by_chance_or_raises(signature: str, timestamp: str | None) -> None:
    rules = SenderRules(secrets=(SECRET,), allow_body_signature=True, allow_unsigned=True)

    assert check_sender(BODY, proof(signature, timestamp), rules, now=SENT_AT) is not None


def test_secrets_and_tokens_do_not_show_in_repr() -> None:
    rules = SenderRules(secrets=(SECRET,), url_token=URL_TOKEN)

    shown = repr(rules) + repr(proof("sha256=signature", "1", URL_TOKEN))

    assert SECRET not in shown
    assert URL_TOKEN not in shown
    assert "sha256=signature" not in shown
