"""Pairs as image files: those of the renderer, whole after a kill, and as many as asked for."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from handed import OPTIONS
from small import calm

from bgrsr_data.combine.render import Renderer
from bgrsr_data.export.formats.images import FOLDERS
from bgrsr_data.export.formats.registry import FORMATS
from bgrsr_data.export.hand_over import hand_over, spread
from bgrsr_data.records import Combination

DIE = Path(__file__).with_name("die_half_way.py")


def sums(folder: Path) -> str:
    return (folder / "SHA256SUMS").read_text()


def test_images_are_the_renderers_pixels_and_the_table_the_manifest(
    finished: Path, renderer: Renderer, tmp_path: Path
) -> None:
    hand_over(finished, tmp_path / "out", "images", OPTIONS)
    told = pq.read_table(tmp_path / "out" / "index.parquet").to_pylist()
    rows = {row.id: row for row in renderer.combinations()}
    named = [Combination.model_validate({k: line[k] for k in Combination.model_fields}) for line in told]
    assert {row.id: row for row in named} == rows
    for line in told[::7]:
        pair = renderer.render(rows[line["id"]])
        for which, folder in FOLDERS.items():
            assert line[folder] == f"{line['split']}/{folder}/{line['id']}.png"
            seen = cv2.imread(str(tmp_path / "out" / line[folder]), cv2.IMREAD_UNCHANGED)
            true = getattr(pair, which)
            np.testing.assert_array_equal(seen if true.ndim == 2 else seen[..., ::-1], true)
    with (tmp_path / "out" / "index.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["id"], line["target"], line["split"]) for line in lines] == [
        (line["id"], line["target"], line["split"]) for line in told
    ]


def test_jpeg_is_near_the_pixels_and_alpha_stays_exact(finished: Path, renderer: Renderer, tmp_path: Path) -> None:
    options = OPTIONS.model_copy(update={"image_format": "jpeg", "limit": 5})
    hand_over(finished, tmp_path / "out", "images", options)
    told = pq.read_table(tmp_path / "out" / "index.parquet").to_pylist()
    rows = {row.id: row for row in renderer.combinations()}
    assert len(told) == 5
    for line in told:
        pair = renderer.render(rows[line["id"]])
        assert line["target"].endswith(".jpg")
        seen = cv2.imread(str(tmp_path / "out" / line["target"]))[..., ::-1].astype(float)
        assert np.abs(seen - pair.hr_target).mean() < 3
        alpha = cv2.imread(str(tmp_path / "out" / line["alpha"]), cv2.IMREAD_GRAYSCALE)
        np.testing.assert_array_equal(alpha, pair.hr_alpha)


def test_a_limit_takes_of_every_split_its_share(finished: Path, renderer: Renderer, tmp_path: Path) -> None:
    rows = renderer.combinations()
    hand_over(finished, tmp_path / "out", "croissant", OPTIONS.model_copy(update={"limit": len(rows) // 2}))
    kept = pq.read_table(tmp_path / "out" / "combinations.parquet")
    assert kept.num_rows == len(rows) // 2
    whole = Counter(row.split for row in rows)
    for split, count in Counter(kept["split"].to_pylist()).items():
        assert abs(count - whole[split] / 2) <= 1


@pytest.mark.parametrize(
    ("whole", "limit", "kept"),
    [
        ({"train": 990, "val": 5, "test": 5}, 24, {"train": 22, "val": 1, "test": 1}),
        ({"train": 990, "val": 5, "test": 5}, 3, {"train": 1, "val": 1, "test": 1}),
        ({"train": 990, "val": 5, "test": 5}, 2, {"train": 2}),
        ({"train": 60, "val": 20, "test": 20}, 10, {"train": 6, "val": 2, "test": 2}),
        ({"train": 7, "test": 1}, 7, {"train": 6, "test": 1}),
        ({"val": 5}, 3, {"val": 3}),
        ({"train": 3, "val": 1}, 4, {"train": 3, "val": 1}),
    ],
)
def test_a_limit_leaves_out_no_split_that_there_is_room_for(
    whole: dict[str, int], limit: int, kept: dict[str, int]
) -> None:
    rows = [
        Combination.model_construct(id=f"{split}-{n}", split=split)
        for split, count in whole.items()
        for n in range(count)
    ]
    chosen = spread(rows, limit)
    assert Counter(row.split for row in chosen) == kept
    places = [rows.index(row) for row in chosen]
    assert places == sorted(set(places)), "each row once, in the order in which they came"
    assert spread(rows, limit) == chosen


@pytest.mark.parametrize("form", [name for name, form in FORMATS.items() if not form.has_pairs])
def test_render_draws_the_pairs_beside_a_format_that_has_none(finished: Path, tmp_path: Path, form: str) -> None:
    options = OPTIONS.model_copy(update={"limit": 4, "render": True})
    hand_over(finished, tmp_path / "images", "images", options)
    hand_over(finished, tmp_path / "out", form, options)
    drawn = [path.relative_to(tmp_path / "images") for path in (tmp_path / "images").rglob("*.png")]
    assert len(drawn) == 4 * len(FOLDERS)
    for path in [*drawn, Path("index.parquet"), Path("index.csv")]:
        assert (tmp_path / "out" / "pairs" / path).read_bytes() == (tmp_path / "images" / path).read_bytes()
    bare = hand_over(finished, tmp_path / "bare", form, options.model_copy(update={"render": False}))
    assert bare.files > 4
    assert not (tmp_path / "bare" / "pairs").exists()


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_licences_and_credits_and_the_same_bytes_each_time(
    finished: Path, tmp_path: Path, form: str
) -> None:
    options = OPTIONS.model_copy(update={"limit": 3})
    for name in ("one", "other"):
        hand_over(finished, tmp_path / name, form, options, workers=1 if name == "one" else 3)
    assert sums(tmp_path / "one") == sums(tmp_path / "other")
    listed = {line.split("  ")[1] for line in sums(tmp_path / "one").splitlines()}
    assert {"ATTRIBUTION.txt", "licences.csv", "licences.md", "licences.parquet", "export.json"} <= listed
    there = {p.relative_to(tmp_path / "one").as_posix() for p in (tmp_path / "one").rglob("*") if p.is_file()}
    assert listed == there - {"SHA256SUMS"}


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_that_was_killed_goes_on_and_ends_in_the_same_bytes(
    finished: Path, tmp_path: Path, form: str
) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    died = subprocess.run([sys.executable, DIE, finished, killed, form], check=False, env=calm())
    assert died.returncode == -signal.SIGKILL
    assert not (killed / "SHA256SUMS").exists()
    kept = {path: path.stat().st_mtime_ns for path in killed.rglob("*.[pt][na][gr]") if not path.name.startswith(".")}
    assert kept or form == "croissant"  # which has no pictures
    hand_over(finished, killed, form, OPTIONS)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    hand_over(finished, whole, form, OPTIONS)
    assert sums(killed) == sums(whole)
