"""The bearer token on a push: the claims Google puts in, signed with a key of this process.

Google signs with RS256 and publishes its keys; nobody can verify ours, only read it.
"""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime, timedelta

_ISSUER = "https://accounts.google.com"
_LIFETIME = timedelta(hours=1)
_KEY = secrets.token_bytes(32)


def oidc_token(*, email: str, audience: str, now: datetime) -> str:
    """Return a three-part JWT that says who pushes and for whom it is."""
    subject = str(int.from_bytes(hashlib.sha256(email.encode()).digest()[:8]))
    header = {"alg": "HS256", "kid": "local-pubsub", "typ": "JWT"}
    claims = {
        "aud": audience,
        "azp": subject,
        "email": email,
        "email_verified": True,
        "exp": int((now + _LIFETIME).timestamp()),
        "iat": int(now.timestamp()),
        "iss": _ISSUER,
        "sub": subject,
    }
    signed = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
    signature = hmac.new(_KEY, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_part(signature)}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
