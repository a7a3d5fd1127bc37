"""Named statements in .sql files."""

from pathlib import Path

import pytest

from db.statements import load_statements

LEDGER = Path(__file__).parents[2] / "db" / "ledger.sql"


def load(folder: Path, text: str) -> dict[str, str]:
    path = folder / "some.sql"
    path.write_text(text, encoding="utf-8")
    return load_statements(path)


def test_statements_are_found_by_name(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        "-- About the file.\n\n-- name: first_one\n-- What it does.\nselect 1\n  from t\n\n"
        "-- name: second\nselect %(a)s\n",
    )

    assert found == {"first_one": "select 1\n  from t", "second": "select %(a)s"}


def test_a_name_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"some\.sql names a statement twice"):
        load(tmp_path, "-- name: a\nselect 1\n-- name: a\nselect 2\n")


@pytest.mark.parametrize("line", ["-- name: get_2", "-- name: second "])
def test_a_name_that_cannot_be_read_does_not_join_two_statements(tmp_path: Path, line: str) -> None:
    text = f"-- name: first\nselect 1\n{line}\nselect 2\n"

    try:
        found = load(tmp_path, text)
    except ValueError:
        return
    assert found["first"] == "select 1"
    assert len(found) == 2


def test_every_statement_of_the_ledger_is_one_call() -> None:
    for name, statement in load_statements(LEDGER).items():
        assert statement.startswith("select whatsapp."), name
        assert ";" not in statement
        assert statement.count("select") == 1
