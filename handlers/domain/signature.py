"""Proves that a delivery comes from our Chatwoot: raw bytes and headers in, a verdict out."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from handlers.domain.errors import RejectReason

_PREFIX = "sha256="
_HEX_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRules:
    """Whom we believe: the secrets, and which weaker proofs the operator allows."""

    secrets: tuple[str, ...] = field(default=(), repr=False)
    url_token: str | None = field(default=None, repr=False)
    tolerance_seconds: int = 300
    allow_body_signature: bool = False
    allow_unsigned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderProof:
    """What the request brings to prove its sender."""

    signature: str | None = field(repr=False)
    timestamp: str | None
    url_token: str | None = field(repr=False)


def check_sender(
    body: bytes, proof: SenderProof, rules: SenderRules, *, now: float
) -> RejectReason | None:
    """Return why the sender is not believed, or None when it is; `now` is in unix seconds.

    A proof that is present must hold, even where none would be demanded.
    """
    if proof.signature is not None:
        return _check_signature(body, proof.signature, proof.timestamp, rules, now)
    if rules.url_token is not None and proof.url_token is not None:
        matches = _equal(proof.url_token, rules.url_token)
        return None if matches else RejectReason.TOKEN_MISMATCH
    return None if rules.allow_unsigned else RejectReason.SIGNATURE_MISSING


def has_proof(proof: SenderProof, rules: SenderRules) -> bool:
    """Return whether a sender whom `check_sender` believes has proved itself, and not just come."""
    return proof.signature is not None or (
        rules.url_token is not None and proof.url_token is not None
    )


def _check_signature(
    body: bytes, signature: str, timestamp: str | None, rules: SenderRules, now: float
) -> RejectReason | None:
    digest = signature.removeprefix(_PREFIX)
    if not _HEX_DIGEST.fullmatch(digest):
        return RejectReason.SIGNATURE_MALFORMED
    if digest == signature:
        if not rules.allow_body_signature:
            return RejectReason.SIGNATURE_MALFORMED
        return _match(digest, body, rules.secrets)
    return _check_timestamped(body, digest, timestamp, rules, now)


def _check_timestamped(
    body: bytes, digest: str, timestamp: str | None, rules: SenderRules, now: float
) -> RejectReason | None:
    if timestamp is None:
        return RejectReason.TIMESTAMP_MISSING
    if not _UNIX_SECONDS.fullmatch(timestamp):
        return RejectReason.TIMESTAMP_MALFORMED
    # The age is judged after the digest: a stale but genuine delivery is told from a forged one.
    if mismatch := _match(digest, timestamp.encode("ascii") + b"." + body, rules.secrets):
        return mismatch
    is_late = abs(now - int(timestamp)) > rules.tolerance_seconds
    return RejectReason.TIMESTAMP_OUT_OF_TOLERANCE if is_late else None


def _match(digest: str, message: bytes, secrets: tuple[str, ...]) -> RejectReason | None:
    # Every secret is tried, so the time taken does not tell which one matched.
    matches = [
        hmac.compare_digest(hmac.new(secret.encode(), message, hashlib.sha256).hexdigest(), digest)
        for secret in secrets
    ]
    return None if any(matches) else RejectReason.SIGNATURE_MISMATCH


def _equal(left: str, right: str) -> bool:
    return hmac.compare_digest(
        left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass")
    )
