"""How well the score ranks keys by their true error, and what it was fitted to (docs/keying-score.md).

pytest tests/benchmarks/test_score_calibration.py -s -m benchmark
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from cpu_time import cpu_ms
from key_calibration import by_case, condition, fit, left_out, measure, person, rank, read_table

from bgrsr_data.keying import core
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.quality import _BIAS, _TERMS, Evidence, judge

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(1800)]
SEED = 20270213  # of nothing that was fitted or looked at
MAIN = ("flat_srgb", "flat_lin", "uneven", "spill", "h264", "mblur")
GROUPS = {
    "main six": MAIN,
    "drawn": MAIN[:2],
    "camera": MAIN[2:],
    "others": ("lowlight", "greencloth", "blue", "jpeg", "garbage"),
}


def test_the_constants_are_what_the_table_gives() -> None:
    rows = [row for row in read_table() if row["part"] == "calibration"]
    bias, powers = fit(rows)
    print(f"\n{len(rows)} keys of {len({person(row) for row in rows})} people; bias {bias:.3f}")
    for term, power in zip(_TERMS, powers, strict=True):
        print(f"  ({term.figure} + {term.least:g}) ^ {power:.3f}")
        assert power == pytest.approx(term.power, abs=2e-3)
    assert bias == pytest.approx(_BIAS, abs=5e-3)


def test_keys_of_people_that_were_not_fitted_are_ranked_as_their_true_error_ranks_them() -> None:
    rows = read_table()
    known = [row for row in rows if row["part"] == "calibration"]
    without = rank(known, left_out(known))
    print(f"\ncalibration: in sample {rank(known):.3f}; each person by constants fitted without it {without:.3f}")
    assert without >= 0.8
    for part in sorted({str(row["part"]) for row in rows} - {"calibration"}):
        held = [row for row in rows if row["part"] == part]
        show(part, held)
        assert rank(by_case(held)) >= 0.8


def show(title: str, rows: list) -> None:
    frames = [row for row in rows if "@" in str(row["case"])]
    stills = [row for row in rows if "@" not in str(row["case"])]
    print(f"{title}: cases {rank(by_case(rows)):.3f}, images {rank(stills):.3f}, video frames {rank(frames):.3f}")
    for name, conditions in GROUPS.items():
        group = [row for row in stills if condition(row) in conditions]
        print(f"  {name}: {rank(group):.3f} ({len(group)})")


@pytest.mark.footage
def test_the_benchmark_rendered_with_a_seed_that_nobody_looked_at_is_ranked(footage: Path, tmp_path: Path) -> None:
    maker = footage.parent / "bench" / "keying" / "make_bench.py"
    command = [sys.executable, str(maker), "--out", str(tmp_path), "--seed", str(SEED)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    rows = list(measure(tmp_path, "fresh"))
    show("fresh seed", rows)
    assert rank(by_case(rows)) >= 0.8


@pytest.mark.footage
def test_judging_takes_a_small_part_of_keying(footage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cv2.setNumThreads(1)
    two = cv2.imread(str(footage / "greenscreen" / "skimage_two_people.jpg"))[..., ::-1]
    rgb = np.ascontiguousarray(cv2.resize(two, (1920, 1080), interpolation=cv2.INTER_CUBIC))
    seen: list[tuple[np.ndarray, np.ndarray, Evidence]] = []
    monkeypatch.setattr(core, "judge", lambda *what: seen.append(what) or judge(*what))
    core.key_image(rgb, KeyOptions())
    judging, keying = cpu_ms(lambda: judge(*seen[0]), 15), cpu_ms(lambda: core.key_image(rgb, KeyOptions()), 5)
    print(f"\n1080p: judging {judging:.1f} of {keying:.1f} CPU-ms")
    assert judging < 0.2 * keying
