"""`sweep --dry-run`: what waits, and nothing is run."""

from handlers.cli.exit_codes import ExitCode
from tests.unit.cli.command_world import FakeTools, run


def tools_with_work() -> FakeTools:
    tools = FakeTools()
    tools.records.waiting = {"outbox": 2, "transcriptions": 0}
    tools.kept_deliveries.put("spool/1", b"{}", {"v": "1"}, budget_seconds=1)
    return tools


def test_it_counts_what_waits_for_every_sweep() -> None:
    ended = run(tools_with_work(), "sweep", "--dry-run", "--json")

    assert ended.code is ExitCode.DONE
    assert ended.document["waiting"] == {"outbox": 2, "spool": 1, "transcriptions": 0}


def test_it_counts_for_one_sweep_and_looks_no_further() -> None:
    tools = tools_with_work()

    ended = run(tools, "sweep", "outbox", "--dry-run")

    assert ended.out.strip() == "outbox: 2 waiting"
    assert "oldest" not in tools.kept_deliveries.calls


def test_a_sweep_that_there_is_not_is_told() -> None:
    ended = run(tools_with_work(), "sweep", "dust", "--dry-run")

    assert ended.code is ExitCode.USAGE
    assert "there is no sweep dust" in ended.out
