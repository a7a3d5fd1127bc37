"""Chatwoot: our token, the accounts, and the webhook by which everything comes."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, urlsplit

from handlers.doctor.findings import Finding, ok, warning, wrong
from handlers.domain.errors import ChatwootRefusedError
from handlers.ports.doctor import ChatwootHealth, WebhookFacts

_NEEDED: Final = frozenset({"message_created", "message_updated"})
_WEBHOOKS: Final = "Chatwoot, Settings, Integrations, Webhooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatwootTokenCheck:
    """Whether the token reaches an account, as an administrator's."""

    health: ChatwootHealth
    account_id: str

    @property
    def about(self) -> str:
        """What it looks at."""
        return f"Chatwoot account {self.account_id}"

    def run(self) -> Sequence[Finding]:
        """Ask as an administrator, else as anybody."""
        try:
            if self.health.webhooks(self.account_id) is not None:
                return [ok(self.about, "the token is an administrator's")]
            if self.health.can_read(self.account_id):
                return [
                    wrong(
                        self.about,
                        "CHATWOOT_API_ACCESS_TOKEN is not an administrator's",
                        "make its owner an administrator, or set an administrator's token",
                    )
                ]
        except ChatwootRefusedError:
            return [
                wrong(
                    self.about,
                    "there is no such account",
                    "set CHATWOOT_ACCOUNT_ID to the number after /accounts/ in the address",
                )
            ]
        return [
            wrong(
                self.about,
                "CHATWOOT_API_ACCESS_TOKEN is refused",
                "set the token from Chatwoot, Profile settings, Access token",
            )
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatwootWebhookCheck:
    """Whether an account delivers to us, what we need, signed with a secret that we know."""

    health: ChatwootHealth
    account_id: str
    webhook_url: str | None = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    url_token: str | None = field(repr=False)

    @property
    def about(self) -> str:
        """What it looks at."""
        return f"webhook of account {self.account_id}"

    def run(self) -> Sequence[Finding]:
        """Look for ours among the account's."""
        if self.webhook_url is None:
            return [
                warning(
                    self.about,
                    "not looked for: nobody said where Chatwoot is to deliver",
                    "set WEBHOOK_URL or give --webhook-url",
                )
            ]
        try:
            webhooks = self.health.webhooks(self.account_id)
        except ChatwootRefusedError:
            webhooks = None
        if webhooks is None:
            return [
                wrong(
                    self.about,
                    "could not be read with this token",
                    f"mend what is said of account {self.account_id} first",
                )
            ]
        ours = [each for each in webhooks if _place(each.url) == _place(self.webhook_url)]
        if not ours:
            return [
                wrong(
                    self.about,
                    f"none of {len(webhooks)} delivers to us",
                    f"{_WEBHOOKS}: add the function's URL with {' and '.join(sorted(_NEEDED))}",
                )
            ]
        findings = [finding for each in ours for finding in self._problems(each)]
        if len(ours) > 1:
            findings.append(
                warning(self.about, f"{len(ours)} deliver to us", f"{_WEBHOOKS}: keep one")
            )
        return findings or [ok(self.about, "delivers to us, and we know its secret")]

    def _problems(self, webhook: WebhookFacts) -> Iterator[Finding]:
        missing = sorted(_NEEDED - webhook.subscriptions)
        if missing:
            yield wrong(
                self.about,
                f"is not subscribed to {' and '.join(missing)}",
                f"{_WEBHOOKS}: edit it and tick them",
            )
        token = parse_qs(urlsplit(webhook.url).query).get("token", [""])[0]
        if self.url_token is not None and _is_same(token, self.url_token):
            return
        if webhook.secret is None:
            yield wrong(
                self.about,
                "has no secret (Chatwoot before 4.11.2), and its URL does not carry our token",
                "set CHATWOOT_URL_TOKEN and add ?token=... with it to the webhook's URL",
            )
        elif not any(_is_same(webhook.secret, secret) for secret in self.secrets):
            yield wrong(
                self.about,
                "its secret is not in CHATWOOT_WEBHOOK_SECRET: every delivery is refused",
                f"copy it from {_WEBHOOKS} into CHATWOOT_WEBHOOK_SECRET",
            )


def _place(url: str) -> tuple[str, str, str]:
    """Return what of a URL tells one place from another; its query may hold a token."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower(), parts.path.rstrip("/")


def _is_same(found: str, known: str) -> bool:
    return hmac.compare_digest(found.encode(), known.encode())
