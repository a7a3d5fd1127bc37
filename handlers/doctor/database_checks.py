"""The database: who we are there, what it has, and whether it is the one that was filled."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from handlers.doctor.findings import Finding, ok, warning, wrong
from handlers.ports.doctor import DatabaseHealth


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseRoleCheck:
    """Whether the login can do what it must, and no more."""

    health: DatabaseHealth
    about: str = "database role"

    def run(self) -> Sequence[Finding]:
        """Ask the database who we are."""
        facts = self.health.facts()
        findings = []
        mend = "log in with a role of its own: create role NAME login in role whatsapp_pipeline"
        if facts.is_superuser:
            findings.append(wrong(self.about, f"{facts.role} is a superuser", mend))
        elif facts.bypasses_row_security:
            findings.append(wrong(self.about, f"{facts.role} bypasses row level security", mend))
        if not facts.is_pipeline_member:
            findings.append(
                wrong(
                    self.about,
                    f"{facts.role} is no member of whatsapp_pipeline",
                    f"apply the migrations, then: grant whatsapp_pipeline to {facts.role}",
                )
            )
        return findings or [ok(self.about, f"{facts.role} may do what it must and no more")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrationsCheck:
    """Whether the database has exactly our migrations."""

    health: DatabaseHealth
    known: Sequence[str]
    """The versions of this release, in order."""
    about: str = "migrations"

    def run(self) -> Sequence[Finding]:
        """Compare the database's history with ours."""
        applied = self.health.applied_migrations()
        if applied is None:
            return [wrong(self.about, "not, or not all applied", "run: python -m db.migrate up")]
        findings = []
        missing = [version for version in self.known if version not in applied]
        if missing:
            findings.append(
                wrong(self.about, f"missing {', '.join(missing)}", "run: python -m db.migrate up")
            )
        # The app beside us has migrations of its own in the same history, and older ones of it
        # are everyday business; later ones mean that a newer release of ours may have been here.
        unknown = sorted(
            version for version in applied - set(self.known) if version > self.known[0]
        )
        if unknown:
            findings.append(
                warning(
                    self.about,
                    f"unknown to this release: {', '.join(unknown)}",
                    "see whether they are the app's own, or a newer release has been deployed",
                )
            )
        return findings or [ok(self.about, f"all {len(self.known)} applied")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerKeyCheck:
    """Whether OWNER_HASH_KEY is the key that the buckets were named with."""

    health: DatabaseHealth
    canary: str = field(repr=False)
    about: str = "owner hash key"

    def run(self) -> Sequence[Finding]:
        """Compare the canaries."""
        found = self.health.owner_key_canary()
        if found is None:
            return [ok(self.about, "not used yet; the first message fixes it for ever")]
        if found != self.canary:
            return [
                wrong(
                    self.about,
                    "OWNER_HASH_KEY is not the key this database was filled with",
                    "set the one from Secret Manager; with another every bucket would be orphaned",
                )
            ]
        return [ok(self.about, "the one this database was filled with")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionsCheck:
    """Whether all instances' connections fit."""

    health: DatabaseHealth
    url_port: int
    transaction_pooler_port: int
    pool_size: int
    instances: int
    pooler_clients: int | None
    about: str = "database connections"

    def run(self) -> Sequence[Finding]:
        """Compare what may be opened with what is allowed."""
        facts = self.health.facts()
        pooler = self.health.pooler()
        wanted = self.pool_size * self.instances
        said = f"{self.instances} instances x DB_POOL_SIZE {self.pool_size} = {wanted}"
        is_pooled = pooler is not None or self.url_port == self.transaction_pooler_port
        if not is_pooled and facts.server_port not in {None, self.url_port}:
            # The server is at another port than we are: something stands in between.
            is_pooled = True
        if not is_pooled:
            return [self._direct(wanted, said, facts.max_connections)]
        if pooler is not None and pooler.pool_mode != "transaction":
            return [
                wrong(
                    self.about,
                    f"the pooler is in {pooler.pool_mode} mode",
                    "use the transaction pooler in SUPABASE_DB_URL",
                )
            ]
        allowed = self.pooler_clients if pooler is None else pooler.max_clients
        if allowed is None:
            return [
                warning(
                    self.about,
                    f"{said}; the pooler does not tell how many it takes",
                    "look it up (Supabase, Database, Settings) and give --pooler-clients N",
                )
            ]
        if wanted > allowed:
            return [self._too_many(said, f"the pooler takes {allowed}")]
        size = "" if pooler is None else f", over {pooler.default_pool_size} to the server"
        return [ok(self.about, f"{said} of {allowed} that the pooler takes{size}")]

    def _direct(self, wanted: int, said: str, max_connections: int) -> Finding:
        if wanted > max_connections:
            return self._too_many(said, f"the database takes {max_connections}")
        return warning(
            self.about,
            f"{said} of {max_connections}, without a transaction pooler",
            "use the transaction pooler (Supabase: port 6543) in SUPABASE_DB_URL",
        )

    def _too_many(self, said: str, allowed: str) -> Finding:
        return wrong(
            self.about, f"{said}, {allowed}", "lower DB_POOL_SIZE or the functions' max instances"
        )
