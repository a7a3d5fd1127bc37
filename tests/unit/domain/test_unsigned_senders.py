"""What counts as proof beside a signature: a token in the URL, or the operator's leave."""

from typing import Final

import pytest

from handlers.domain.errors import RejectReason
from handlers.domain.signature import SenderProof, SenderRules, check_sender, has_proof
from tests.factories import SECRET, sign

BODY: Final = b'{"event":"message_created"}'
SENT_AT: Final = 1_785_661_203
OTHER_SECRET: Final = "a-secret-that-is-not-ours"  # noqa: S105 - tests only
URL_TOKEN: Final = "token-in-the-url"  # noqa: S105 - tests only


def proof(
    signature: str | None = None, timestamp: str | None = None, url_token: str | None = None
) -> SenderProof:
    return SenderProof(signature=signature, timestamp=timestamp, url_token=url_token)


def signed(*, secret: str = SECRET) -> SenderProof:
    headers = sign(BODY, secret, SENT_AT)
    return proof(headers["X-Chatwoot-Signature"], headers["X-Chatwoot-Timestamp"])


@pytest.mark.parametrize(
    ("token", "rules", "expected"),
    [
        (URL_TOKEN, SenderRules(url_token=URL_TOKEN), None),
        ("wrong", SenderRules(url_token=URL_TOKEN), RejectReason.TOKEN_MISMATCH),
        ("", SenderRules(url_token=URL_TOKEN), RejectReason.TOKEN_MISMATCH),
        (URL_TOKEN.upper(), SenderRules(url_token=URL_TOKEN), RejectReason.TOKEN_MISMATCH),
        ("\u00e9\ud83d", SenderRules(url_token=URL_TOKEN), RejectReason.TOKEN_MISMATCH),
        (
            "wrong",
            SenderRules(url_token=URL_TOKEN, allow_unsigned=True),
            RejectReason.TOKEN_MISMATCH,
        ),
        ("anything", SenderRules(secrets=(SECRET,)), RejectReason.SIGNATURE_MISSING),
        (None, SenderRules(url_token=URL_TOKEN), RejectReason.SIGNATURE_MISSING),
        ("anything", SenderRules(allow_unsigned=True), None),
    ],
    ids=[
        "right",
        "wrong",
        "empty",
        "other-case",
        "non-ascii",
        "wrong-though-unsigned-is-allowed",
        "token-where-none-is-configured",
        "no-token",
        "token-unknown-but-unsigned-allowed",
    ],
)
def test_the_token_in_the_url_counts_only_as_configured(
    token: str | None, rules: SenderRules, expected: RejectReason | None
) -> None:
    assert check_sender(BODY, proof(url_token=token), rules, now=SENT_AT) is expected


def test_a_right_token_does_not_save_a_wrong_signature() -> None:
    rules = SenderRules(secrets=(SECRET,), url_token=URL_TOKEN, allow_unsigned=True)
    forged = signed(secret=OTHER_SECRET)

    verdict = check_sender(
        BODY, proof(forged.signature, forged.timestamp, URL_TOKEN), rules, now=SENT_AT
    )

    assert verdict is RejectReason.SIGNATURE_MISMATCH


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (SenderRules(secrets=(SECRET,)), RejectReason.SIGNATURE_MISSING),
        (SenderRules(), RejectReason.SIGNATURE_MISSING),
        (SenderRules(allow_body_signature=True), RejectReason.SIGNATURE_MISSING),
        (SenderRules(secrets=(SECRET,), allow_unsigned=True), None),
    ],
    ids=["secret", "nothing-configured", "body-signature-allowed", "unsigned-allowed"],
)
def test_a_delivery_without_proof(rules: SenderRules, expected: RejectReason | None) -> None:
    assert check_sender(BODY, proof(), rules, now=SENT_AT) is expected


def test_without_a_secret_no_signature_holds() -> None:
    rules = SenderRules(allow_unsigned=True)

    assert check_sender(BODY, signed(), rules, now=SENT_AT) is RejectReason.SIGNATURE_MISMATCH


@pytest.mark.parametrize(
    ("brought", "rules", "expected"),
    [
        (signed(), SenderRules(secrets=(SECRET,)), True),
        (proof(url_token=URL_TOKEN), SenderRules(url_token=URL_TOKEN), True),
        (proof(), SenderRules(allow_unsigned=True), False),
        (proof(url_token=URL_TOKEN), SenderRules(allow_unsigned=True), False),
        (proof(), SenderRules(url_token=URL_TOKEN, allow_unsigned=True), False),
    ],
    ids=["signature", "token", "nothing", "token-that-nobody-set", "token-that-was-left-out"],
)
def test_who_is_let_in_has_not_always_proved_itself(
    brought: SenderProof, rules: SenderRules, *, expected: bool
) -> None:
    assert check_sender(BODY, brought, rules, now=SENT_AT) is None
    assert has_proof(brought, rules) is expected
