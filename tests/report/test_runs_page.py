"""Training runs on the page: read from their folders, as far as they got."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from report_set import Made

from bgrsr_data.errors import InputError
from bgrsr_data.report.curves import draw_curves, read_steps
from bgrsr_data.report.runs import best_rival, find_runs, score_table


def test_the_last_panel_and_the_scores_of_a_run_are_shown(made: Made) -> None:
    (run,) = find_runs(made.workspace.root)
    assert [path.name for _, path in run.pictures] == ["curves.png", "step_000200.png", "worst.png"]
    page = made.report()
    assert "0.7123" in page
    assert "✓ beaten" in page


def test_the_better_value_of_each_figure_is_marked_whichever_way_it_is_better(tmp_path: Path) -> None:
    scores = {"model": {"psnr": 20.0, "sad": 3.0}, "bicubic": {"psnr": 25.0, "sad": 4.0}, "background": {"psnr": 11.0}}
    evaluated(tmp_path, {"scores": scores, "beats": {"bicubic": False, "background": True}, "network": "net"})
    (run,) = find_runs(tmp_path)
    assert score_table(run) == [
        ("net", None, [("20.00", False), ("3.000", True)]),
        ("bicubic", False, [("25.00", True), ("4.000", False)]),
        ("background", True, [("11.00", False), ("–", False)]),
    ]
    assert best_rival(run) == "bicubic"


def test_people_come_the_hardest_first(tmp_path: Path) -> None:
    people = [{"name": name, "pairs": 2, "figures": {"psnr": psnr}} for name, psnr in (("ann", 30.0), ("ben", 20.0))]
    evaluated(tmp_path, {"scores": {"model": {"psnr": 25.0}}, "people": people})
    (run,) = find_runs(tmp_path)
    assert [name for name, _, _ in run.people] == ["ben", "ann"]


@pytest.mark.parametrize(
    "told", [{"scores": {"model": 3}}, {"scores": {"model": {"psnr": 1}}, "people": [7]}, {"beats": 3}]
)
def test_a_broken_evaluation_is_told_with_its_path(tmp_path: Path, told: dict[str, object]) -> None:
    evaluated(tmp_path, told)
    with pytest.raises(InputError, match=r"evaluation.json: is not an evaluation; write it again with: bgrsr evaluate"):
        find_runs(tmp_path)


def test_curves_are_drawn_from_the_lines_that_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "stats.jsonl"
    lines = [{"step": 10, "content": 0.5, "phase": "pixel"}, {"step": 20, "content": 0.2, "phase": "adversarial"}]
    path.write_text("\n".join([*map(json.dumps, lines), json.dumps({"step": 20, "psnr": 21.0}), '{"step": 30, "ps']))
    steps = read_steps(path)
    assert [step["step"] for step in steps] == [10, 20, 20]
    ((title, svg),) = draw_curves("first", steps, {"bicubic": 12.0})
    assert title == "first: content loss"  # one PSNR is no curve
    assert "critic joins" in svg
    assert draw_curves("first", steps, {}) == draw_curves("first", steps, {})


def test_the_command_of_a_run_names_what_it_was_told(tmp_path: Path) -> None:
    evaluated(tmp_path, {"scores": {"model": {"psnr": 25.0}}, "split": "test", "pairs": 3})
    told = {"config": {"network": "srgan", "batch": 4, "seed": 7, "pixel_steps": 600}, "recipe": "my recipe.yaml"}
    (tmp_path / "runs" / "odd" / "config.json").write_text(json.dumps(told))
    (run,) = find_runs(tmp_path)
    assert run.command == "bgrsr train srgan --recipe 'my recipe.yaml' --pixel-steps 600 --batch 4 --seed 7 --name odd"
    assert run.evaluated == "3 pairs of the test split"


def evaluated(root: Path, told: dict[str, object]) -> None:
    folder = root / "runs" / "odd" / "evaluation"
    folder.mkdir(parents=True)
    (folder / "evaluation.json").write_text(json.dumps(told))
