import re
from pathlib import Path

from handlers.settings_catalogue import CATALOGUE

EXAMPLE = Path(__file__).resolve().parents[2] / ".env.example"


def test_every_variable_and_no_other_is_explained_in_the_example() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(named) == sorted(CATALOGUE)


def test_the_example_shows_each_default() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")

    for name, variable in CATALOGUE.items():
        if variable.default is not None and variable.default not in CATALOGUE:
            assert f"#{name}={variable.default}\n" in text, name
