"""The report of a set that is not whole yet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from report_set import Made

from bgrsr_data.cli.reporting import write_report
from bgrsr_data.errors import InputError
from bgrsr_data.fetch.sources import read_sources
from bgrsr_data.runner import run_stage
from bgrsr_data.sources import remember
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import Workspace


def test_frames_alone_give_a_page_without_sections_that_would_be_empty(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = Workspace.create(tmp_path / "frames-only")
    remember(workspace.ledger, read_sources(made.footage / "sources.yaml")[:1])
    for name in ("fetch", "frames"):
        assert not run_stage(make_stage(name, {}), workspace, workers=1).errors
    workspace.close()
    write_report(workspace.root, {"rows": 1, "seed": None}, show=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    page = Path(told["page"]).read_text()
    assert told["published"] is False
    assert told["counts"]["frames"] > 0
    assert "Nothing is published yet" in page
    assert 'id="pictures"' in page
    for absent in ("split", "review", "training", "versions", "truth", "diversity"):
        assert f'id="{absent}"' not in page
        assert f'href="#{absent}"' not in page


def test_an_empty_workspace_is_told_in_one_line_what_to_do(tmp_path: Path) -> None:
    workspace = Workspace.create(tmp_path / "empty")
    workspace.close()
    with pytest.raises(InputError, match=r"nothing was fetched yet, .*; begin with: bgrsr fetch"):
        write_report(workspace.root, {}, show=False, as_json=False)
    assert not (workspace.root / "report").exists()


def test_combinations_that_are_planned_and_not_published_are_drawn(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(made.workspace.root, tmp_path / "planned", ignore=shutil.ignore_patterns("manifests", "versions"))
    planned = Workspace(tmp_path / "planned")
    planned.ledger.drop("publish", list(planned.ledger.items("publish")))
    planned.close()
    write_report(planned.root, {"rows": 1, "seed": None}, show=False, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["published"], told["counts"]["combinations"] > 0) == (False, True)
    assert "Combinations, " in Path(told["page"]).read_text()
