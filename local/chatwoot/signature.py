"""The headers a Chatwoot webhook is signed with."""

import hashlib
import hmac


def signed_headers(
    body: bytes, *, secret: str | None, timestamp: int, delivery_id: str
) -> dict[str, str]:
    """Return the X-Chatwoot headers; without a secret only the delivery id."""
    headers = {"X-Chatwoot-Delivery": delivery_id}
    if secret is not None:
        signed = f"{timestamp}.".encode() + body
        digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        headers["X-Chatwoot-Timestamp"] = str(timestamp)
        headers["X-Chatwoot-Signature"] = f"sha256={digest}"
    return headers
