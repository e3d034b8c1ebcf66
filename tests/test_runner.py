"""The runner: what is missing, stale or failed is done, and nothing else; what is not asked for any more goes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from engines.odd_stages import Deed, Odd, OddOptions

from bgrsr_data.errors import LockedError
from bgrsr_data.ledger import Ledger
from bgrsr_data.plain import run_on_files
from bgrsr_data.records import ManifestRow, Record, reject_part
from bgrsr_data.runner import Moment, Outcome, plan_stage, run_stage
from bgrsr_data.stage import Item
from bgrsr_data.workspace import Workspace


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


class HereOdd(Odd):
    """In the driver's process: faster to test."""

    pooled = False


class Outside(HereOdd):
    """Its inputs are outside the workspace."""

    outside = True


def run(place: Workspace, deeds: dict[str, str], *, only_failed: bool = False, version: int = 1) -> Outcome:
    return run_stage(HereOdd(deeds, version=version), place, only_failed=only_failed)


def attempts(place: Workspace) -> list[str]:
    """The items that were run since the last call."""
    path = place.root / "attempts"
    told = path.read_text().split() if path.is_file() else []
    path.unlink(missing_ok=True)
    return told


def files(place: Workspace) -> list[str]:
    return sorted(path.name for path in (place.root / "odd").iterdir())


def test_a_second_run_does_nothing(place: Workspace) -> None:
    deeds = {"a": "write", "b": "unfit"}
    run(place, deeds)
    attempts(place)
    outcome = run(place, deeds)
    assert (outcome.worked, outcome.unchanged, attempts(place)) == (0, 2, [])


def test_new_changed_and_failed_items_are_run_and_no_other(place: Workspace) -> None:
    run(place, {"same": "write", "changed": "write", "broken": "fails", "odd": "unfit"})
    attempts(place)
    again = {"same": "write", "changed": "write 2", "broken": "fails", "odd": "unfit", "new": "write"}
    plan = plan_stage(HereOdd(again), place)
    assert plan.why == {"new": 1, "stale": 1, "failed": 1}
    assert attempts(place) == []  # planning touches nothing
    outcome = run(place, again)
    assert sorted(attempts(place)) == ["broken", "changed", "new"]
    assert (outcome.done, outcome.failed, outcome.unchanged) == (2, 1, 2)


def test_another_version_or_option_makes_every_item_stale(place: Workspace) -> None:
    deeds = {"a": "write", "b": "write"}
    run(place, deeds)
    assert run(place, deeds, version=2).done == 2
    stage = HereOdd(deeds, version=2)
    stage.options = OddOptions(deed="other")
    assert plan_stage(stage, place).why == {"stale": 2}


def test_an_item_whose_file_is_gone_is_made_again(place: Workspace) -> None:
    deeds = {"a": "write", "b": "write"}
    run(place, deeds)
    attempts(place)
    (place.root / "odd" / "a.txt").unlink()
    assert plan_stage(HereOdd(deeds), place).why == {"files gone": 1}
    run(place, deeds)
    assert attempts(place) == ["a"]
    assert files(place) == ["a.txt", "b.txt"]


def test_an_item_that_is_not_listed_any_more_goes_with_its_records_and_files(place: Workspace) -> None:
    run(place, {"a": "write", "b": "write"})
    outcome = run(place, {"b": "write"})
    assert (outcome.gone, outcome.unchanged) == (1, 1)
    assert [row.path for row in place.ledger.rows(ManifestRow)] == ["odd/b.txt"]
    assert files(place) == ["b.txt"]


def test_only_what_failed_is_retried_and_nothing_goes(place: Workspace) -> None:
    run(place, {"a": "fails", "b": "write", "c": "write"})
    attempts(place)
    outcome = run(place, {"a": "write", "b": "write 2", "new": "write"}, only_failed=True)
    assert attempts(place) == ["a"]
    assert (outcome.done, outcome.gone) == (1, 0)
    assert sorted(place.ledger.items("odd")) == ["a", "b", "c"]


def test_only_what_failed_for_one_reason_is_retried(place: Workspace) -> None:
    run(place, {"a": "limited", "b": "gone", "c": "fails"})
    assert {item.id: item.reason for item in place.ledger.items("odd").values()} == {
        "a": "rate-limited", "b": "gone", "c": "",
    }  # fmt: skip
    attempts(place)
    run_stage(HereOdd({"a": "limited", "b": "gone", "c": "fails"}), place, only_failed=True, reason="rate-limited")
    assert attempts(place) == ["a"]


def test_an_item_of_which_a_part_failed_is_retried_for_that_reason(place: Workspace) -> None:
    class InPart(HereOdd):
        def items(self, ledger: Ledger) -> Iterable[Item[Deed]]:
            return [replace(item, unfinished=True) for item in super().items(ledger)]

        def run(self, item: Item[Deed], root: Path) -> Sequence[Record]:
            return [*super().run(item, root), reject_part("odd", item.id, "entry", "network", "no answer")]

    stage = InPart({"a": "write"})
    run_stage(stage, place)
    assert plan_stage(stage, place, only_failed=True).why == {"failed": 1}
    assert plan_stage(stage, place, only_failed=True, reason="network").why == {"failed": 1}
    assert plan_stage(stage, place, only_failed=True, reason="gone").pending == []


def test_a_rejection_takes_the_place_of_the_records_and_files_before_it(place: Workspace) -> None:
    run(place, {"a": "write"})
    run(place, {"a": "unfit"})
    assert place.ledger.rows(ManifestRow) == []
    assert files(place) == []


def test_an_item_that_fails_loses_its_records_so_that_the_set_never_mixes_options(place: Workspace) -> None:
    run(place, {"a": "write"})
    assert run(place, {"a": "fails"}).failed == 1
    assert place.ledger.rows(ManifestRow) == []


def test_an_item_from_outside_that_fails_keeps_what_it_gave_before(place: Workspace) -> None:
    run_stage(Outside({"a": "write"}), place)
    before = place.ledger.rows(ManifestRow)
    outcome = run_stage(Outside({"a": "fails"}), place)
    assert outcome.errors == {"a": "it cannot be read"}
    assert place.ledger.rows(ManifestRow) == before
    assert files(place) == ["a.txt"]
    assert place.ledger.items("odd")["a"].status == "failed"  # and is tried again
    assert run_stage(Outside({"a": "write"}), place).done == 1


def test_half_written_files_of_a_killed_run_are_swept_and_hidden_files_of_a_person_are_not(place: Workspace) -> None:
    folder = place.root / "odd" / "deep"
    folder.mkdir(parents=True)
    (folder / ".b.bgrsr-0a1b2c3d.part.txt").touch()
    (folder / ".b.bgrsr-0a1b2c3d.part").touch()
    for theirs in (".my.settings.yaml", ".zshrc.20240101", ".a.0a1b2c3d.png"):
        (folder / theirs).touch()
    run(place, {"a": "write"})
    assert sorted(path.name for path in folder.iterdir()) == [".a.0a1b2c3d.png", ".my.settings.yaml", ".zshrc.20240101"]


def test_progress_counts_to_the_number_of_items_to_do(place: Workspace) -> None:
    run(place, {"a": "write"})
    told: list[Moment] = []
    run_stage(HereOdd({"a": "write", "b": "write", "c": "bug"}), place, progress=told.append)
    assert [(one.stage, one.finished, one.all, one.ended) for one in told] == [("odd", 1, 2, "b"), ("odd", 2, 2, "c")]


def test_sizes_and_seconds_are_kept(place: Workspace) -> None:
    run(place, {"a": "sleep 0.02"})
    known = place.ledger.items("odd")["a"]
    assert known.bytes == len("sleep 0.02")
    assert known.seconds >= 0.02


def test_a_second_writer_is_told_which_process_writes(place: Workspace) -> None:
    other = Workspace(place.root)
    told = f"process {os.getpid()} is writing here"
    with place.writing(), pytest.raises(LockedError, match=told), other.writing():
        pass
    other.close()
    with place.writing():  # free again
        pass


def test_plain_results_are_made_again_when_their_file_is_gone_and_kept_when_other_items_are_asked_for(
    tmp_path: Path,
) -> None:
    stage, out = HereOdd({"a": "write", "b": "write"}), tmp_path / "out"
    items = list(stage.items(None))  # type: ignore[arg-type]
    out.mkdir()
    run_on_files(stage, items, out, workers=1)
    (out / "odd" / "a.txt").unlink()
    outcome, rows = run_on_files(stage, items[:1], out, workers=1)
    assert (outcome.done, len(rows)) == (1, 1)
    assert sorted(path.name for path in (out / "odd").iterdir()) == ["a.txt", "b.txt"]
    assert run_on_files(stage, items, out, workers=1)[0].unchanged == 2


def test_a_plain_run_that_was_killed_leaves_no_half_written_file_after_the_next(tmp_path: Path) -> None:
    stage, out = HereOdd({"a": "write"}), tmp_path / "out"
    (out / "odd").mkdir(parents=True)
    (out / "odd" / ".a.bgrsr-0a1b2c3d.part.txt").touch()
    run_on_files(stage, stage.items(None), out, workers=1)  # type: ignore[arg-type]
    assert [path.name for path in (out / "odd").iterdir()] == ["a.txt"]


def test_a_stop_and_a_return_to_the_former_options_does_the_interrupted_item_again(place: Workspace) -> None:
    run(place, {"one": "write"})
    attempts(place)
    with pytest.raises(KeyboardInterrupt):
        run(place, {"one": "interrupted"}, version=2)  # its file may be replaced already
    assert plan_stage(HereOdd({"one": "write"}), place).why == {"stale": 1}
