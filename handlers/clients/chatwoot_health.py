"""Looks at Chatwoot's accounts and their webhooks."""

from typing import Final

from handlers.clients.chatwoot_http import ChatwootHttp
from handlers.domain.errors import RetryableError, RetryReason
from handlers.domain.json_values import JsonObject, child, text
from handlers.ports.doctor import WebhookFacts

_SECONDS: Final = 10.0


class ChatwootAccounts:
    """Asks with one token."""

    def __init__(self, http: ChatwootHttp) -> None:
        self._http = http

    def can_read(self, account_id: str) -> bool:
        """Return whether the token may read the account's conversations."""
        # An account without inboxes answers too.
        path = f"/api/v1/accounts/{account_id}/conversations"
        return self._get(path, {"status": "all", "page": 1}) is not None

    def webhooks(self, account_id: str) -> tuple[WebhookFacts, ...] | None:
        """Return the account's webhooks; None where the token is no administrator's."""
        answer = self._get(f"/api/v1/accounts/{account_id}/webhooks", {})
        if answer is None:
            return None
        listed = child(answer, "payload").get("webhooks")
        rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
        return tuple(
            WebhookFacts(
                url=text(row, "url") or "",
                subscriptions=frozenset(map(str, row.get("subscriptions") or ())),
                secret=text(row, "secret"),
            )
            for row in rows
        )

    def _get(self, path: str, params: dict[str, object]) -> JsonObject | None:
        try:
            return self._http.get(path, params, budget_seconds=_SECONDS)
        except RetryableError as error:
            if error.reason is RetryReason.CHATWOOT_FORBIDDEN:
                return None
            raise
