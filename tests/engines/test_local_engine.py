"""The local engine: a worker that dies costs its item and nothing else; whoever stops the driver stops the workers."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines.odd_stages import Odd
from processes import GIVE_UP_S, all_gone, family, until

from bgrsr_data.engines.local import run_here, run_pool
from bgrsr_data.engines.result import TELL_EVERY_S, Told
from bgrsr_data.errors import DiskFullError
from bgrsr_data.records import RejectionRow
from bgrsr_data.runner import Moment, run_stage
from bgrsr_data.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def attempts(place: Workspace) -> Counter[str]:
    return Counter((place.root / "attempts").read_text().split())


@pytest.mark.parametrize("death", ["exit", "killed"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_dies_costs_only_its_item_which_is_tried_twice(
    place: Workspace, death: str, workers: int
) -> None:
    stage = Odd({"a": "write", "b": death, "c": "write", "d": "write"})
    outcome = run_stage(stage, place, workers=workers)
    assert (outcome.done, outcome.failed) == (3, 1)
    assert attempts(place) == {"a": 1, "b": 2, "c": 1, "d": 1}
    ended = place.ledger.items("odd")["b"]
    assert (ended.status, ended.attempts) == ("failed", 2)
    assert "died 2 times" in ended.error
    assert ("7" if death == "exit" else "-9") in ended.error


def test_an_item_whose_worker_died_once_is_done_by_another(place: Workspace) -> None:
    outcome = run_stage(Odd({"a": "killed-once", "b": "write"}), place, workers=2)
    assert (outcome.done, outcome.failed) == (2, 0)
    assert attempts(place)["a"] == 2


def test_every_worker_may_die_and_the_run_still_ends(place: Workspace) -> None:
    outcome = run_stage(Odd({str(n): "killed" for n in range(5)}), place, workers=2)
    assert outcome.failed == 5


@pytest.mark.parametrize("run", [run_here, lambda *what: run_pool(*what, workers=2)], ids=["here", "pool"])
def test_an_unexpected_exception_fails_its_item_with_a_trace(place: Workspace, run: Callable[..., object]) -> None:
    stage = Odd({"a": "bug", "b": "write"})
    results = {result.item: result for result in run(stage, stage.items(place.ledger), place.root)}  # type: ignore[attr-defined]
    assert results["a"].error == "unexpected ZeroDivisionError: a slip"
    assert "raise RAISED[name]" in results["a"].trace
    assert results["b"].status == "done"


def test_the_trace_of_a_bug_reaches_the_outcome_and_the_error_the_ledger(place: Workspace) -> None:
    outcome = run_stage(Odd({"a": "bug", "b": "write"}), place, workers=1)
    assert "Traceback" in outcome.traces["a"]
    assert place.ledger.items("odd")["a"].error == "unexpected ZeroDivisionError: a slip"


def test_a_result_that_cannot_travel_costs_only_its_item(place: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    outcome = run_stage(Odd({"a": "unpicklable", "b": "write"}), place, workers=1)
    assert (outcome.done, outcome.failed) == (1, 1)


def test_an_unfit_item_is_a_rejection_with_its_reason(place: Workspace) -> None:
    outcome = run_stage(Odd({"a": "unfit", "b": "fails"}), place, workers=1)
    assert outcome.reasons == {"too-odd": 1}
    assert outcome.errors == {"b": "it cannot be read"}
    (row,) = place.ledger.rows(RejectionRow)
    assert (row.stage, row.item, row.detail) == ("odd", "a", "it is odd by 3")


@pytest.mark.parametrize("how", ["full", "enospc"])
def test_a_full_disk_stops_the_run_and_keeps_what_is_done(place: Workspace, how: str) -> None:
    stage = Odd({"a": "write", "b": how, "c": "write"})
    with pytest.raises(DiskFullError):
        run_stage(stage, place, workers=1)
    assert list(place.ledger.items("odd")) == ["a"]
    outcome = run_stage(Odd({"a": "write", "b": "write", "c": "write"}), place, workers=1)
    assert (outcome.done, outcome.unchanged) == (2, 1)


def test_one_and_two_workers_leave_the_same_records(tmp_path: Path) -> None:
    deeds = {f"item-{n}": ("unfit" if n % 5 == 0 else f"sleep {0.02 * (n % 3)}") for n in range(12)}
    digests = []
    for workers in (1, 2):
        made = Workspace.create(tmp_path / str(workers))
        run_stage(Odd(deeds), made, workers=workers)
        digests.append([made.ledger.digest(kind) for kind in ("manifest", "rejection")])
        made.close()
    assert digests[0] == digests[1]


# ---- what an item says while it runs


@pytest.mark.parametrize("workers", [None, 2], ids=["here", "pool"])
def test_what_an_item_tells_reaches_the_driver_while_it_runs(place: Workspace, workers: int | None) -> None:
    told: list[Told] = []
    stage = Odd({"a": "tell 30", "b": "write"})
    items, root = list(stage.items(place.ledger)), place.root
    run = run_pool(stage, items, root, workers=workers, hear=told.append) if workers else run_here(
        stage, items, root, hear=told.append
    )  # fmt: skip
    units = {result.item: result.units for result in run}
    assert [(one.item, one.what, one.done, one.total) for one in told] == [
        ("a", "a.mp4", n, 30) for n in (0, 10, 20, 30)
    ]
    assert units == {"a": 30, "b": 0}


def test_an_item_that_tells_all_the_time_is_heard_a_few_times_a_second(place: Workspace) -> None:
    told: list[Told] = []
    stage = Odd({"a": "flood 300000"})
    begun = time.monotonic()
    (result,) = run_pool(stage, stage.items(place.ledger), place.root, workers=1, hear=told.append)
    assert result.units == 299999
    assert len(told) <= (time.monotonic() - begun) / TELL_EVERY_S + 1


def test_a_worker_that_dies_while_it_tells_costs_only_its_item(place: Workspace) -> None:
    told: list[Moment] = []
    outcome = run_stage(Odd({"a": "killed", "b": "tell 30"}), place, workers=2, progress=told.append)
    assert (outcome.done, outcome.failed) == (1, 1)
    assert {one.told.item for one in told if one.told} == {"b"}


@pytest.mark.parametrize("pooled", [True, False])
def test_an_item_that_asks_for_more_than_the_budget_stops_the_run_before_it_writes(
    place: Workspace, pooled: bool
) -> None:
    stage = Odd({"a": "ask 400", "b": "ask 700", "c": "write"})
    stage.pooled = pooled
    with pytest.raises(DiskFullError, match="--max-disk 700 B would be passed"):
        run_stage(stage, place, workers=1, max_disk=700)
    assert list(place.ledger.items("odd")) == ["a"]  # its 400 were given back: its file has 7 bytes
    assert [path.name for path in (place.root / "odd").iterdir()] == ["a.txt"]
    assert run_stage(stage, place, workers=1, max_disk=1000).done == 2


# ---- the driver is stopped


@pytest.fixture
def busy_driver(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A driver that has committed one item, and whose two workers hold items that last ten minutes."""
    root = tmp_path / "workspace"
    script = [sys.executable, str(Path(__file__).with_name("slow_run.py")), str(root)]
    with subprocess.Popen(script, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        until(lambda: (root / "attempts").is_file() and len((root / "attempts").read_text().split()) == 3)
        yield process, root
        process.kill()


def test_a_killed_driver_leaves_no_worker_behind(busy_driver: tuple[subprocess.Popen[str], Path]) -> None:
    process, _ = busy_driver
    workers = family(process)
    assert len(workers) >= 3  # the fork server and two workers
    process.send_signal(signal.SIGKILL)
    process.wait()
    all_gone(workers)


def test_ctrl_c_stops_in_one_line_and_keeps_what_is_done(busy_driver: tuple[subprocess.Popen[str], Path]) -> None:
    process, root = busy_driver
    workers = family(process)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=GIVE_UP_S)[1]  # what the workers hold lasts ten minutes
    assert "InterruptedRunError: stopped; what is finished is kept" in said  # the command line prints the line alone
    all_gone(workers)
    place = Workspace(root)
    assert list(place.ledger.items("odd")) == ["item-0"]
    with place.writing():  # the lock has fallen
        pass
    place.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_workers_that_speak_just_then_say_nothing_of_a_driver_that_is_gone(tmp_path: Path, how: signal.Signals) -> None:
    for attempt in range(2):
        root = tmp_path / str(attempt)
        script = [sys.executable, str(Path(__file__).with_name("quick_run.py")), str(root)]
        with subprocess.Popen(script, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
            until(lambda root=root: (root / "attempts").is_file())
            process.send_signal(how)
            said = process.communicate(timeout=GIVE_UP_S)[1]  # the workers hold the pipe, too
        assert "BrokenPipeError" not in said
        assert "ForkServerProcess" not in said
