"""Complete environments of the functions, with a marker planted in every secret."""

from collections.abc import Iterator, Mapping
from typing import Final

from typing_extensions import override

MARKER: Final = "PLANTED"
PEM: Final = (
    f"-----BEGIN PRIVATE KEY-----\nMIIE{MARKER}vQIBADANBg\nkqhkiG9w0BAQ==\n"
    "-----END PRIVATE KEY-----\n"
)
WEBHOOK: Final[Mapping[str, str]] = {
    "GCS_PROJECT_ID": "test-project",
    "GCS_SPOOL_BUCKET": "test-spool",
    "CHATWOOT_WEBHOOK_SECRET": f"{MARKER}-secret-one, {MARKER}-secret-two",
}
WORKER: Final[Mapping[str, str]] = {
    "GCS_PROJECT_ID": "test-project",
    "GCS_PROJECT_NUMBER": "123456789012",
    "OWNER_HASH_KEY": f"{MARKER}-0123456789abcdef0123456789abcdef",
    "SUPABASE_DB_URL": f"postgresql://worker:{MARKER}@db.example.com:6543/postgres",
    "CHATWOOT_BASE_URL": "https://chat.example.com",
    "CHATWOOT_API_ACCESS_TOKEN": f"{MARKER}-token",
    "CHATWOOT_ACCOUNT_ID": "2",
    "OPENAI_API_KEY": f"sk-{MARKER}",
}
DEAD_LETTERS: Final[Mapping[str, str]] = {
    name: WORKER[name] for name in ("GCS_PROJECT_ID", "SUPABASE_DB_URL")
}
READY: Final[Mapping[str, str]] = {
    name: WORKER[name]
    for name in (
        *("GCS_PROJECT_ID", "SUPABASE_DB_URL", "CHATWOOT_BASE_URL"),
        *("CHATWOOT_API_ACCESS_TOKEN", "CHATWOOT_ACCOUNT_ID"),
    )
}
MAINTENANCE: Final[Mapping[str, str]] = {
    **{name: value for name, value in WORKER.items() if not name.startswith("OPENAI_")},
    "GCS_SPOOL_BUCKET": "test-spool",
}
SERVICE_ACCOUNT: Final[Mapping[str, str]] = {
    "GCS_CLIENT_EMAIL": "worker@test-project.iam.gserviceaccount.com",
    "GCS_PRIVATE_KEY": PEM,
    "GCS_PRIVATE_KEY_ID": f"{MARKER}-key-id",
}


class RecordingEnvironment(Mapping[str, str]):
    """A mapping that remembers which of its variables were asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.read: set[str] = set()

    @override
    def __getitem__(self, name: str) -> str:
        self.read.add(name)
        return self._variables[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    @override
    def __len__(self) -> int:
        return len(self._variables)
