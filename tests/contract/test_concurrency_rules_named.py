"""The page that tells which test shows which rule names only tests that exist."""

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def test_every_test_that_the_rules_name_exists() -> None:
    page = (_ROOT / "docs" / "reliability-rules.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    written = {
        name
        for path in (_ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)\(", path.read_text(encoding="utf-8"))
    }

    assert named
    assert named - written == set()
