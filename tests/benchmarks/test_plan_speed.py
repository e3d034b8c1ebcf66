"""How long a plan takes, and all that a workspace does of it: pytest -m benchmark -s, on this file.

CPU seconds, the best of several, of one process.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from combine.conftest import clip, foreground
from selection.selection_rows import background, frame, hash_of

from bgrsr_data.combine.options import CombineOptions
from bgrsr_data.combine.plan import plan_combinations
from bgrsr_data.combine.step import Combine
from bgrsr_data.export.publish import Publish, PublishOptions
from bgrsr_data.leaks import find_leaks
from bgrsr_data.ledger import Done
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

pytestmark = pytest.mark.benchmark
Set = tuple[list[Clip], list[Frame], list[Foreground], list[Background]]


def material(people: int, each: int, rooms: int) -> Set:
    """Talkers before locked cameras, so that all frames of a clip look alike; and rooms that do not."""
    foregrounds = [foreground(n, f"person-{p}") for p in range(people) for n in range(each)]
    frames = [
        frame(f.id, f.person, f.clip, pts=40 * n, dhash=f"{hash_of(f.person) ^ 1 << n % 64:016x}").model_copy(
            update={"id": f.original}
        )
        for n, f in enumerate(foregrounds)
    ]
    clips = [clip(f"person-{p}", person=f"person-{p}") for p in range(people)]
    return clips, frames, foregrounds, [background(str(room)) for room in range(rooms)]


def cpu_s(work: Callable[[], object], times: int) -> float:
    """CPU seconds of the fastest of so many runs."""
    took = []
    for _ in range(times):
        begun = time.process_time()
        work()
        took.append(time.process_time() - begun)
    return min(took)


@pytest.mark.parametrize("budget", [None, 7000, 70_000])
@pytest.mark.parametrize(("people", "each", "rooms"), [(30, 20, 12), (30, 20, 600), (60, 100, 60)])
def test_planning(people: int, each: int, rooms: int, budget: int | None) -> None:
    clips, frames, foregrounds, backgrounds = material(people, each, rooms)
    options = CombineOptions(budget=budget, per_foreground=12)
    rows: list[Combination] = []

    def plan() -> None:
        rows[:] = plan_combinations(foregrounds, backgrounds, clips, options, frames=frames)

    took = cpu_s(plan, 3)
    check = cpu_s(
        lambda: find_leaks(rows, foregrounds=foregrounds, backgrounds=backgrounds, clips=clips, frames=frames), 3
    )
    print(
        f"\n{people * each} frames, {rooms} backgrounds, budget {budget}: {len(rows):,} combinations, "
        f"planned in {took:.2f} CPU-s, checked for leaks in {check:.2f}"
    )
    assert len(rows) == min(12 * people * each, budget or 1 << 30)
    assert len(rows) > 8000 or took < 2


@pytest.mark.parametrize(("people", "each", "rooms"), [(30, 20, 12), (60, 100, 60)])
def test_from_ledger_to_manifest(people: int, each: int, rooms: int, tmp_path: Path) -> None:
    clips, frames, foregrounds, backgrounds = material(people, each, rooms)
    place = Workspace.create(tmp_path / "workspace")
    for stage, rows in (("fetch", clips), ("frames", [*frames, *backgrounds]), ("key", foregrounds)):
        place.ledger.set_options(stage, "{}")
        place.ledger.commit(Done(stage, "all", "", "done"), rows)
    combine = cpu_s(lambda: run_stage(Combine(CombineOptions()), place), 1)
    publish = cpu_s(lambda: run_stage(Publish(PublishOptions()), place), 1)
    count = place.ledger.count(Combination.kind)
    place.close()
    print(f"\n{count:,} combinations: bgrsr combine {combine:.2f} CPU-s, bgrsr publish {publish:.2f} CPU-s")
    assert count == 12 * people * each
    assert count > 8000 or combine < 2
