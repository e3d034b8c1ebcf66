"""`bgrsr validate` from end to end on small published sets: real trainings of a few steps."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from published_set import publish_set
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows, write_rows
from bgrsr_data.media.images import read_grey, write_image
from bgrsr_data.records import Combination, Foreground
from bgrsrgan.cli.train import parse_options
from bgrsrgan.loop.state import TrainingState
from bgrsrgan.validation.held_out import hold_out
from bgrsrgan.validation.options import ValidateOptions
from bgrsrgan.validation.sets import whole_sets
from bgrsrgan.validation.validate import Trial, Validation
from bgrsrgan.validation.variants import variant_of

SHORT = ("--seeds", 2, "--steps", 3, "--set", "lr_size=[48,36]", "--set", "batch=2", "--set", "device=cpu")


@pytest.fixture(scope="module")
def sets(tmp_path_factory) -> tuple[Path, Path]:
    """A set, and one whose person to learn from is keyed otherwise."""
    folder = tmp_path_factory.mktemp("sets")
    publish_set(folder / "clean").close()
    spoiled = shutil.copytree(folder / "clean", folder / "spoiled")
    alpha = read_grey(spoiled / "foregrounds/train/alpha.png")
    alpha[200:300] = 0
    sha256 = write_image(spoiled / "foregrounds/train/alpha.png", alpha)
    path = manifest_path(spoiled, Foreground)
    rows = [
        row.model_copy(update={"sha256": sha256}) if row.id == "foreground-train" else row
        for row in read_rows(path, Foreground)
    ]
    write_rows(path, Foreground, rows)
    return folder / "clean", spoiled


def _invoke(*words: object):
    return CliRunner().invoke(build(), ["validate", *(str(word) for word in words)])


def _trial(out: Path, *roots: Path, steps: int = 4, seeds: int = 2, again: bool = False) -> Trial:
    settings = ["lr_size=[48,36]", "batch=2", "device=cpu", f"pixel_steps={steps}"]
    config = parse_options({"network": "bgrsr-lite", "recipe": "validate"}, settings).config
    options = ValidateOptions(config=config, seeds=seeds)
    arms = whole_sets(roots)
    arms += [variant_of(arms[0], "again")] if again else []
    return Trial(arms, hold_out(arms, None, each=8, min_score=0.6), options, out)


def _ignore(done: int, steps: int) -> None: ...


@pytest.fixture(scope="module")
def validated(sets, tmp_path_factory):
    """The command's result and its folder."""
    out = tmp_path_factory.mktemp("out")
    result = _invoke(*sets, "--out", out, "--variant", "again", "--json", *SHORT)
    assert result.exit_code == 0, result.output
    return Validation.model_validate_json(result.stdout), out


def test_the_command_compares_every_set_with_the_first(validated, sets) -> None:
    result, out = validated
    assert [arm.name for arm in result.arms] == ["clean", "spoiled", "again"]
    assert [(one.name, one.against) for one in result.comparisons] == [("spoiled", "clean"), ("again", "clean")]
    assert all(one.level == pytest.approx(0.975) for one in result.comparisons)
    assert result.judge.people == {"astronaut-test": 3, "astronaut-val": 3}
    assert Validation.model_validate_json((out / "validate.json").read_text()) == result
    assert (out / "validate.png").stat().st_size > 10_000


def test_figures_are_means_over_people_of_what_each_run_measured(validated) -> None:
    result, out = validated
    for arm in result.arms:
        for seed, run in enumerate(arm.runs):
            images = json.loads((out / run / "held_out.json").read_text())["images"]
            assert len(images) == 6
            for metric in ("psnr", "ssim", "alpha"):
                people = [sum(image[metric] for image in images[i : i + 3]) / 3 for i in (0, 3)]
                assert arm.figures[metric][seed] == pytest.approx(sum(people) / 2)
    first, spoiled = result.arms[:2]
    found = result.comparisons[0]
    assert found.of_seeds == pytest.approx(
        [b - a for a, b in zip(first.figures["alpha"], spoiled.figures["alpha"], strict=True)]
    )


def test_all_sets_get_the_same_budget_and_the_same_seeds(validated) -> None:
    result, out = validated
    told = {arm.name: [json.loads((out / run / "config.json").read_text())["config"] for run in arm.runs]
            for arm in result.arms}  # fmt: skip
    assert told["clean"] == told["spoiled"]
    assert [config["seed"] for config in told["clean"]] == [0, 1]
    assert [config["seed"] for config in told["again"]] == [1000, 1001]
    without = [[{k: v for k, v in config.items() if k != "seed"} for config in configs] for configs in told.values()]
    assert all(configs == without[0] for configs in without)
    for arm in result.arms:
        for run in arm.runs:
            stats = [json.loads(line) for line in (out / run / "stats.jsonl").read_text().splitlines()]
            assert max(row["step"] for row in stats) == 3


def test_one_seed_gives_all_sets_the_same_first_weights(sets, tmp_path: Path) -> None:
    trial = _trial(tmp_path, *sets)
    clean, spoiled = (TrainingState.fresh(run.config, torch.device("cpu")) for run in trial.runs[:2])
    assert all(
        torch.equal(a, b) for a, b in zip(clean.generator.parameters(), spoiled.generator.parameters(), strict=True)
    )


def test_nothing_is_trained_twice_and_a_further_seed_costs_only_its_own(validated, sets) -> None:
    _, out = validated
    made = {path: path.stat().st_mtime_ns for path in out.glob("*/held_out.json")}
    assert len(made) == 6
    result = _invoke(*sets, "--out", out, "--plan", "--json", *SHORT)
    assert json.loads(result.stdout)["finished"] == json.loads(result.stdout)["runs"] == 4
    assert "nothing left to train" in _invoke(*sets, "--out", out, "--plan", *SHORT).stdout
    shown = _invoke(*sets, "--out", out, *SHORT, "--seeds", 3)
    assert shown.exit_code == 0, shown.output
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert len(list(out.glob("*/held_out.json"))) == 8


def test_the_table_and_the_verdict_are_told_and_the_picture_named(validated, sets) -> None:
    _, out = validated
    said = _invoke(*sets, "--out", out, *SHORT).stdout
    assert "PSNR, dB" in said
    assert "judged by 6 pictures of 2 people before 4 backgrounds that no set shows" in said
    assert f"look at {out / 'validate.png'}" in said
    assert " than clean: " in said or "no difference shown between spoiled and clean" in said


def test_a_comparison_that_is_stopped_goes_on_and_ends_as_if_it_had_not_been(sets, tmp_path: Path) -> None:
    whole = _trial(tmp_path / "whole", *sets).carry_out(_ignore)

    def stop(done: int, steps: int) -> None:
        assert steps == 16
        if done == 7:  # in the second run, after its checkpoints of the steps 1 and 2
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _trial(tmp_path / "stopped", *sets).carry_out(stop)
    assert len(list((tmp_path / "stopped").glob("*/held_out.json"))) == 1
    told: list[tuple[int, int]] = []
    resumed = _trial(tmp_path / "stopped", *sets).carry_out(lambda done, steps: told.append((done, steps)))
    assert resumed == whole
    assert told[-1] == (12, 12)
    assert told[0] == (3, 12)  # of the second run two steps were kept


def test_ctrl_c_says_that_the_same_command_continues(sets, tmp_path: Path, monkeypatch) -> None:
    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Trial, "carry_out", interrupt)
    result = _invoke(*sets, "--out", tmp_path, *SHORT)
    assert result.exit_code != 0
    assert "same command continues" in str(result.exception)


KILLED = """
import os, signal
from bgrsr_data.cli import main
from bgrsrgan.validation import validate
told = validate._told
def die_in_the_second_run(on_progress, before, steps, done):
    told(on_progress, before, steps, done)
    if before and done == 5:
        os.kill(os.getpid(), signal.SIGKILL)
validate._told = die_in_the_second_run
main()
"""


def test_a_comparison_that_is_killed_goes_on(sets, tmp_path: Path) -> None:
    words = [str(word) for word in ("validate", *sets, "--out", tmp_path, *SHORT, "--steps", 12)]
    run = [sys.executable, "-c", KILLED, *words]
    killed = subprocess.run(run, check=False, capture_output=True, text=True, timeout=300)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    first = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/held_out.json")}
    assert len(first) == 1
    assert not (tmp_path / "validate.json").exists()
    result = _invoke(*words[1:])
    assert result.exit_code == 0, result.output
    assert {path: path.stat().st_mtime_ns for path in first} == first
    assert len(list(tmp_path.glob("*/held_out.json"))) == 4


def test_a_plan_says_how_many_trainings_and_how_long_and_trains_none(sets, tmp_path: Path) -> None:
    result = _invoke(*sets, "--out", tmp_path, "--plan", *SHORT)
    assert result.stdout.startswith("4 trainings of 3 steps each: about ")
    assert list(tmp_path.iterdir()) == []


def test_another_judge_measures_again_without_training_again(validated, sets) -> None:
    _, out = validated
    trained = {path: path.stat().st_mtime_ns for path in out.glob("*/best.pt")}
    result = _invoke(*sets, "--out", out, "--each", 2, "--json", *SHORT)
    assert json.loads(result.stdout)["judge"]["people"] == {"astronaut-test": 2, "astronaut-val": 2}
    assert {path: path.stat().st_mtime_ns for path in trained} == trained


def test_a_judge_that_leaks_ends_the_command_before_anything_is_trained(sets, tmp_path: Path) -> None:
    leaking = shutil.copytree(sets[1], tmp_path / "leaking")
    path = manifest_path(leaking, Combination)
    rows = [row.model_copy(update={"split": "train"}) for row in read_rows(path, Combination)]
    write_rows(path, Combination, rows)
    result = _invoke(sets[0], leaking, "--held-out", sets[0], "--out", tmp_path / "out", *SHORT)
    assert isinstance(result.exception, InputError)
    assert "was learned from in leaking: person 'astronaut-" in str(result.exception)
    assert not (tmp_path / "out").exists()


def test_another_network_is_compared_by_what_it_makes(sets, tmp_path: Path) -> None:
    result = _invoke(*sets, "--network", "srgan", "--out", tmp_path, "--json", *SHORT, "--set", "crop=[24,24]")
    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    assert shown["comparisons"][0]["metric"] == "psnr"  # it makes no alpha
    assert shown["arms"][0]["figures"].keys() == {"psnr", "ssim"}


def test_the_command_has_help_with_examples() -> None:
    said = " ".join(_invoke("--help").stdout.split())
    assert "Example: bgrsr validate before after" in said
    assert "min-score=.5" in said
