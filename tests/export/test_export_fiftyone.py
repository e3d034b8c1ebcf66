"""FiftyOne loads what is handed to it: in a process of its own, with a database of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
from handed import OPTIONS

from bgrsr_data.combine.render import Renderer
from bgrsr_data.export.formats.fiftyone import SLICES
from bgrsr_data.export.hand_over import hand_over
from bgrsr_data.export.rights import Rights
from bgrsr_data.licences import canonical
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Combination

LOAD = Path(__file__).with_name("load_fiftyone.py")
COLUMNS = [name for name in Combination.model_fields if name != "id"]


def test_fiftyone_loads_every_pair_with_its_pixels_alpha_licences_and_split(
    finished: Path, renderer: Renderer, database: dict[str, str], tmp_path: Path
) -> None:
    hand_over(finished, tmp_path / "out", "fiftyone", OPTIONS)
    moved = (tmp_path / "out").rename(tmp_path / "received")  # as by somebody else, at another place
    loaded = subprocess.run([sys.executable, LOAD, moved], env=database, capture_output=True, text=True, check=False)
    assert loaded.returncode == 0, loaded.stderr
    told = json.loads(loaded.stdout.splitlines()[-1])
    rows = renderer.combinations()
    assert (told["slices"], told["default"]) == ([*SLICES.values()], "target")
    assert told["tags"] == {
        split: len(SLICES) * len(some) for split in ("train", "val", "test") if (some := renderer.combinations(split))
    }
    rights = Rights.read(finished)
    for number, row in enumerate(rows):
        group = told["groups"][row.id]
        assert set(group) == set(SLICES.values())
        for which, slice_ in SLICES.items():
            sample = group[slice_]
            assert {name: sample[name] for name in COLUMNS} == row.model_dump(mode="json", exclude={"id"})
            assert sample["person"] == renderer.foreground(row).person
            assert sample["licence"] == sorted({canonical(clip.licence) for clip in rights.of(row)})
            assert sample["tags"] == [row.split]
            if number % 7 == 0:
                true = getattr(renderer.render(row), which)
                np.testing.assert_array_equal(read_rgb(Path(sample["filepath"])), true)
                assert sample["size"] == [true.shape[1], true.shape[0]]
        alpha = read_grey(Path(group["target"]["alpha"]))
        assert alpha.shape == (renderer.hr_size[1], renderer.hr_size[0])
        if number % 7 == 0:
            np.testing.assert_array_equal(alpha, renderer.render(row).hr_alpha)
    assert len(told["groups"]) == len(rows)


def test_fiftyone_need_not_be_there_to_write_for_it(finished: Path, tmp_path: Path) -> None:
    code = "import sys; sys.modules['fiftyone'] = None; from bgrsr_data.cli import main; main()"
    arguments = ["export", "--format", "fiftyone", "--size", "64x48", "--limit", "2", "--licence", "any"]
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--out", tmp_path / "out", "-w", finished], check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert len(json.loads((tmp_path / "out" / "samples.json").read_text())["samples"]) == 2 * len(SLICES)
