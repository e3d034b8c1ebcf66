from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from photo_renderer import TINY
from published_set import publish, publish_set
from typer.testing import CliRunner

from bgrsr_data.cli.app import build
from bgrsr_data.errors import InputError
from bgrsr_data.records import ReportRow
from bgrsr_data.runner import plan_stage, run_stage
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import Workspace
from bgrsrgan import backend
from bgrsrgan.cli.train import parse_options

OPTIONS = TINY.model_dump() | {"name": "tiny"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A workspace after the stages publish, train and evaluate."""
    root = tmp_path_factory.mktemp("set")
    workspace = publish_set(root)
    for stage in (make_stage("train", OPTIONS), make_stage("evaluate", {"name": "tiny"})):
        assert run_stage(stage, workspace).errors == {}
    workspace.close()
    return root


def _invoke(*words: object):
    return CliRunner().invoke(build(), [str(word) for word in words])


def test_the_stages_train_and_evaluate_on_a_published_set(trained: Path) -> None:
    rows = {row.path: row for row in Workspace(trained).ledger.rows(ReportRow)}
    assert rows.keys() == {
        "runs/tiny/best.pt",
        "runs/tiny/curves.png",
        "runs/tiny/evaluation/evaluation.json",
        "runs/tiny/evaluation/random.png",
        "runs/tiny/evaluation/worst.png",
    }
    assert all((trained / path).is_file() for path in rows)
    assert rows["runs/tiny/best.pt"].figures["train_pairs"] == 3
    figures = rows["runs/tiny/evaluation/evaluation.json"].figures
    assert figures["pairs"] == 3
    assert {"model_psnr", "bicubic_ssim", "background_psnr", "beats_bicubic", "beats_background"} <= figures.keys()


def test_nothing_is_left_to_do_until_the_set_changes(trained: Path, tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(trained, tmp_path / "set"))
    train, evaluate = make_stage("train", OPTIONS), make_stage("evaluate", {"name": "tiny"})
    assert not plan_stage(train, workspace).pending
    assert not plan_stage(evaluate, workspace).pending
    workspace.ledger.drop("combine", ["all"])
    publish(workspace)
    assert plan_stage(train, workspace).why == {"stale": 1}
    with pytest.raises(InputError, match="nothing to learn from in its 'train' split"):
        run_stage(train, workspace)
    assert workspace.ledger.items("train")["tiny"].status == "failed"


def test_a_changed_option_begins_the_run_anew(trained: Path, tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(trained, tmp_path / "set"))
    outcome = run_stage(make_stage("train", OPTIONS | {"seed": 5}), workspace)
    assert outcome.done == 1
    told = json.loads((workspace.root / "runs/tiny/config.json").read_text())
    assert told["config"]["seed"] == 5


def test_a_workspace_where_nothing_is_published_has_nothing_to_train(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path)
    assert list(make_stage("train").items(workspace.ledger)) == []
    assert list(make_stage("evaluate").items(workspace.ledger)) == []


def test_the_commands_train_and_evaluate_with_json_for_programs(trained: Path) -> None:
    settings = [f"--set={key}={json.dumps(value)}" for key, value in TINY.model_dump().items() if value is not None]
    result = _invoke("train", "bgrsr-lite", "-w", trained, "--name", "tiny", "--json", *settings)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["steps"] == 6  # the stage's run, finished: nothing is trained again
    result = _invoke("evaluate", "-w", trained, "--name", "tiny", "--split", "val", "--json", "--threads", 1)
    assert json.loads(result.stdout)["pairs"] == 3
    result = _invoke("evaluate", "-w", trained, "--name", "tiny", "--threads", 1)
    assert "target background alone" in result.stdout
    assert "evaluation/worst.png" in result.stdout.replace("\n", "")


def test_a_missing_manifest_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^.*combinations.parquet: there is no such manifest; .*bgrsr publish$"):
        build()(["train", "bgrsr-lite", "-w", str(tmp_path)], standalone_mode=False)


def test_an_evaluation_without_a_run_says_how_to_train_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="train it with: bgrsr train NETWORK --name nobody"):
        build()(["evaluate", "-w", str(tmp_path), "--name", "nobody"], standalone_mode=False)


def test_a_manifest_whose_files_are_gone_is_an_input_error(trained: Path, tmp_path: Path) -> None:
    root = shutil.copytree(trained, tmp_path / "set")
    (root / "backgrounds" / "chelsea-val.png").unlink()
    with pytest.raises(InputError, match=r"1 files of the manifests are gone, as backgrounds/chelsea-val.png"):
        build()(["evaluate", "-w", str(root), "--name", "tiny"], standalone_mode=False)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("batch=0", "'batch': input should be greater than 0, not 0"),
        ("bach=3", "unknown key 'bach'; did you mean 'batch'?"),
        ("recipe=tiny", "no recipe 'tiny': neither a file nor one of full, smoke"),
        ("name=../x", "'name' is not '../x' but: letters, digits"),
        ("as_published=true", "bgrsr-lite was never published"),
        ("accumulate=97", r"a batch of \d+ cannot be worked through in 97 equal parts"),
        ("lr_size=[31, 24]", "lr_size 31×24: both sides must be even"),
        ("crop=[6, 6]", "6×6 is too small: critic or features need 16 px of what is made"),
        ("crop=[640, 480]", "a crop of 640×480 is larger than the frame of 320×240"),
        ("batch", "write it as KEY=VALUE"),
        ("lr_size=[1", "the value cannot be read"),
    ],
)
def test_an_unfit_option_is_an_input_error_that_names_it(setting: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_options({}, [setting])


def test_without_torch_the_error_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setattr(backend.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"^torch is not installed: pip install 'bgrsr\[train\]'$"):
        backend.require_torch()


def test_listing_the_commands_imports_no_torch() -> None:
    script = (
        "import sys, typer; from bgrsrgan.cli import commands; from bgrsrgan.stages import Train, Evaluate\n"
        "commands(typer.Typer()); print([m for m in ('torch', 'matplotlib', 'cv2') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_command_has_an_example() -> None:
    for words in (("train", "bgrsr-lite"), ("evaluate",)):
        assert f"Example: bgrsr {' '.join(words)}" in " ".join(_invoke(*words, "--help").stdout.split())
