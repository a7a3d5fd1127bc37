"""Rules that hold for every file of the repository."""

import importlib.util
import re
from collections.abc import Iterator
from enum import StrEnum
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

import pytest

from db.migrate import list_migrations
from handlers.domain import errors, log_events

ROOT: Final = Path(__file__).parents[2]
PRODUCT: Final = ("handlers", "storage", "db")
OURS: Final = (*PRODUCT, "main", "tests", "local", "bench")
DRAWERS: Final = {"utils", "util", "helpers", "helper", "common", "misc", "shared", "base"}
READABLE: Final = {".py", ".sql", ".toml", ".md", ".txt", ".in", ".sh", ".yaml", ".yml", ".json"}
MAX_LINES: Final = 300
# In pieces, so that this file does not contain what it forbids.
FORBIDDEN: Final = {
    "mocks": re.compile("unittest" + r"\.mock"),
    "left-over": re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b"),
    "outside-path": re.compile(r"(?<![\w.])/(wo" + r"rk|ho" + r"me|ro" + r"ot|Us" + r"ers)/\w"),
}
# The linter's own list of what is banned has to name it.
EXCUSED: Final = {("mocks", "pyproject.toml")}


def is_generated(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    is_hidden = any(part.startswith(".") and part not in {".ci", ".github"} for part in parts[:-1])
    return is_hidden or "__pycache__" in parts


def repository_files() -> Iterator[Path]:
    for path in ROOT.iterdir():
        if path.is_file():
            yield path
        elif path.name in {".ci", ".github"} or not path.name.startswith("."):
            yield from (found for found in path.rglob("*") if found.is_file())


FILES: Final = sorted(path for path in repository_files() if not is_generated(path))
TEXTS: Final = {
    str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
    for path in FILES
    if path.suffix in READABLE or path.name in {"Makefile", "run", ".gitignore", ".env.example"}
}
PYTHON: Final = {name: text for name, text in TEXTS.items() if name.endswith(".py")}
RUN_TIME: Final = {
    name: text for name, text in PYTHON.items() if name.split("/")[0] in {*PRODUCT, "main.py"}
}
REASONS: Final[list[StrEnum]] = [
    member
    for module in (errors, log_events)
    for found in vars(module).values()
    if isinstance(found, type) and issubclass(found, StrEnum) and found is not StrEnum
    for member in found
]


def test_there_is_something_to_look_at() -> None:
    assert "main.py" in RUN_TIME
    assert "db/ledger.sql" in TEXTS
    assert len(REASONS) > 50


def test_no_python_file_is_too_long() -> None:
    long = {name: text.count("\n") for name, text in PYTHON.items()}

    assert {name: lines for name, lines in long.items() if lines > MAX_LINES} == {}


def test_no_module_is_a_drawer_for_everything() -> None:
    assert [name for name in PYTHON if set(Path(name).with_suffix("").parts) & DRAWERS] == []


def test_every_module_opens_with_a_docstring() -> None:
    silent = [
        name
        for name, text in PYTHON.items()
        if not name.startswith("tests/") and not re.match(r'r?"""[^\s"]', text)
    ]

    assert silent == []


@pytest.mark.parametrize("package", PRODUCT)
def test_a_package_of_ours_is_what_is_imported(package: str) -> None:
    found = importlib.util.find_spec(package)

    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).is_relative_to(ROOT / package)


def test_no_installed_distribution_brings_a_package_of_our_name() -> None:
    assert set(packages_distributions()) & set(OURS) == set()


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: f"{type(reason).__name__}.{reason}")
def test_a_reason_or_event_is_said_somewhere(reason: StrEnum) -> None:
    said = re.compile(rf"\b{type(reason).__name__}\.{reason.name}\b")

    assert any(said.search(text) for text in RUN_TIME.values())


def test_log_event_names_are_grouped_and_unique() -> None:
    names = [event.value for event in log_events.LogEvent]

    assert len(set(names)) == len(names)
    for name in names:
        assert re.fullmatch(r"([a-z]+(_[a-z]+)*\.)?[a-z]+(_[a-z]+)*", name), name


def test_migrations_are_in_order_and_each_can_be_taken_back() -> None:
    migrations = list_migrations()
    versions = [migration.version for migration in migrations]

    assert versions
    assert versions == sorted(set(versions))
    assert {path.name for path in (ROOT / "db" / "rollback").iterdir()} == {
        f"{version}.sql" for version in versions
    }
    for version in versions:
        rollback = (ROOT / "db" / "rollback" / f"{version}.sql").read_text(encoding="utf-8")
        assert re.search(r"^(drop|alter|delete|create|revoke) ", rollback, re.MULTILINE)


def test_beside_the_migrations_lies_no_other_sql() -> None:
    found = {path.name for path in (ROOT / "db" / "supabase" / "migrations").iterdir()}

    assert found == {migration.path.name for migration in list_migrations()}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_file_holds_what_does_not_belong_into_the_repository(rule: str) -> None:
    found = [
        name
        for name, text in TEXTS.items()
        if FORBIDDEN[rule].search(text) and (rule, name) not in EXCUSED
    ]

    assert found == []
