"""What a benchmark found, printed and kept between its markers in docs/benchmarks.md."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures under their names."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One budget and whether it is kept."""

    what: str
    measured: str
    budget: str
    is_met: bool | None
    """None where the machine could not measure it; the figure then says why."""

    @property
    def word(self) -> str:
        """How the tables say it."""
        return {True: "met", False: "**missed**", None: "not measured"}[self.is_met]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One benchmark's findings."""

    name: str
    title: str
    method: str
    verdicts: Sequence[Verdict]
    tables: Sequence[Table]
    notes: Sequence[str] = ()


def markdown(section: Section, machine: str) -> str:
    """Return a section as the document keeps it."""
    parts = [f"## {section.title}", section.method, machine]
    if section.verdicts:
        rows = [(v.what, v.measured, v.budget, v.word) for v in section.verdicts]
        parts.append(_table(("budget", "measured", "limit", "verdict"), rows))
    for table in section.tables:
        parts += [f"**{table.title}**", _table(table.columns, table.rows)]
    parts += section.notes
    return "\n\n".join(parts)


def write_section(path: Path, section: Section, machine: str) -> None:
    """Replace a section of the document and its lines in the summary."""
    text = path.read_text(encoding="utf-8")
    text = _replaced(text, section.name, markdown(section, machine))
    text = _replaced(text, _SUMMARY, _summary(_between(text, _SUMMARY), section))
    path.write_text(text, encoding="utf-8")


def _summary(old: str, section: Section) -> str:
    kept = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in old.splitlines()[2:]
        if line.startswith("|") and not line.startswith(f"| {section.name} ")
    ]
    new = [(section.name, v.what, v.measured, v.budget, v.word) for v in section.verdicts]
    return _table(("benchmark", "budget", "measured", "limit", "verdict"), [*kept, *new])


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(_lines(columns, rows))


def _lines(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[at]) for row in (columns, *rows)) for at in range(len(columns))]
    for row in (columns, ["-" * width for width in widths], *rows):
        yield "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"


def _markers(name: str) -> tuple[str, str]:
    return f"<!-- bench:{name} begins -->\n", f"<!-- bench:{name} ends -->"


def _between(text: str, name: str) -> str:
    begin, end = _markers(name)
    return text.partition(begin)[2].partition(end)[0]


def _replaced(text: str, name: str, content: str) -> str:
    begin, end = _markers(name)
    before, found, rest = text.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"the document has no place for {name!r}: {begin!r} and {end!r}")
    return f"{before}{begin}{content}\n{end}{after}"
