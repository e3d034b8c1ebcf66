"""`bgrsr review rekey` on a set that the stages made: keyed anew, looked at first, taken back, refused in one line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from small import bgrsr

from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Foreground
from bgrsr_data.workspace import Workspace


@pytest.fixture(scope="module")
def keyed(small_set: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small set, keyed and published; not to be written in."""
    root = tmp_path_factory.mktemp("keyed") / "workspace"
    ended = bgrsr("run", small_set, "-w", root, "-j", 2)
    assert ended.returncode == 0, ended.stderr
    return root


@pytest.fixture
def root(keyed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(keyed, tmp_path / "workspace"))


def first_of(root: Path) -> Foreground:
    place = Workspace(root)
    row = place.ledger.rows(Foreground, "key")[0]
    place.close()
    return row


def test_a_frame_is_looked_at_keyed_anew_told_of_and_taken_back(root: Path, tmp_path: Path) -> None:
    row, words = first_of(root), ("--garbage", "0,0,0.3,1", "-w", root)
    drawn = bgrsr("review", "rekey", row.id, *words, "--preview", tmp_path / "sheet.png")
    assert drawn.returncode == 0, drawn.stderr
    assert read_rgb(tmp_path / "sheet.png").shape[1] > 2000
    assert first_of(root) == row
    assert bgrsr("review", "rekey", row.id, *words, "--preview", tmp_path / "sheet.png").returncode == 2

    ended = bgrsr("review", "rekey", row.id, *words, "--reviewer", "Ada", "--note", "a stand")
    assert ended.returncode == 0, ended.stderr
    assert f"{row.id}: keyed with garbage=0,0,0.3,1, score " in ended.stdout
    assert read_grey(root / row.alpha_path)[:, : int(0.3 * row.width) - 1].max() == 0
    told = bgrsr("explain", row.id, "-w", root).stdout
    assert "  keyed with garbage=0,0,0.3,1 by Ada at 20" in told
    assert "(a stand)" in told

    back = bgrsr("review", "rekey", row.original, "--undo", "--json", "-w", root)
    assert json.loads(back.stdout)["rows"][row.original] == {"kind": "foreground", **row.model_dump(mode="json")}
    assert bgrsr("review", "rekey", row.id, "--undo", "-w", root).stdout == "rekey: nothing was changed here\n"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--despill", "2"), 2, "'despill': input should be less than or equal to 1"),
        ((), 2, "name what is to be another, as --despill 0.5, or --undo alone"),
        (("--undo", "--despill", "0"), 2, "or --undo alone"),
        (("--garbage", "0px,0px,9999px,9px"), 3, "1 of 1 failed and were taken back; "),
    ],
)
def test_what_cannot_be_is_one_line(keyed: Path, words: tuple[str, ...], code: int, told: str) -> None:
    ended = bgrsr("review", "rekey", first_of(keyed).id, *words, "-w", keyed)
    assert (ended.returncode, ended.stdout.count("keyed with")) == (code, 0)
    assert told in ended.stderr.strip().splitlines()[-1]
