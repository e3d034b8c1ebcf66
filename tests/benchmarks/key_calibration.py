"""How the score's constants are found: render keys with a known truth, measure their figures, fit, write the table.

    python tests/benchmarks/key_calibration.py people PICTURES PEOPLE --bench BENCH
    python tests/benchmarks/key_calibration.py render PEOPLE CASES --bench BENCH --seed 4711 [--every]
    python tests/benchmarks/key_calibration.py measure CASES... --held-out CASES...

PICTURES has NAME.jpg and NAME.png, its matte; PEOPLE then has NAME/fg.png and NAME/alpha.png (1280×720, straight
sRGB), and three heads with other drawn hair; BENCH has the benchmark's make_bench.py, whose own formulas render them;
--every puts each person under every condition, else they are shared out as in the benchmark. `measure` keys all cases
as the tree is, writes key_scores.csv beside this file and prints the constants of keying/quality.py.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from scipy.stats import spearmanr

from bgrsr_data.errors import Rejection
from bgrsr_data.keying.clip import key_clip
from bgrsr_data.keying.core import Key, key_image
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.quality import _FLOOR, _TERMS, expected_error, seen_error
from bgrsr_data.media.images import read_rgb
from bgrsr_data.media.video import decode

TABLE = Path(__file__).with_name("key_scores.csv")
FIGURES = (*(term.figure for term in _TERMS), "studio", "subject", "holes", "flicker")
_RIDGE = 5.0  # in cases: how strongly powers are drawn to 0
_ROUNDS = 8
_EXTRA = ("lowlight", "greencloth", "blue", "jpeg", "garbage")
_SPOILED = {"green": (0.12, 0.55, 0.2), "screen": (0.02, 0.69, 0.25), "lime": (0.5, 0.75, 0.2)}  # clothes, sRGB
_SHARE = 0.6  # weight of a case of those conditions, of which the benchmark has few; and of a clip's frame
_FRAME = 0.3
_SEEN = 1.0  # error ×1000; cases of which more is seen to be wrong say nothing of the rest
Row = dict[str, str | float]


def read_table() -> list[Row]:
    """Every case that the constants were fitted to, or held out of it: part, case, true MSE ×1000, figures."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [{k: v if k in ("part", "case") else float(v) for k, v in row.items()} for row in csv.DictReader(file)]


def person(row: Row) -> str:
    return str(row["case"]).split("__")[1].split("@")[0]


def condition(row: Row) -> str:
    return str(row["case"]).split("__")[0]


def fit(rows: Sequence[Row]) -> tuple[float, list[float]]:
    """The bias and the powers: ridge regression of the logarithm of the error, with Huber's weights (1 e-fold)."""
    rows = [row for row in rows if seen_error(row) <= _SEEN]  # type: ignore[arg-type]
    figures, errors = _logs(rows), np.log(np.array([float(row["mse"]) for row in rows]) + _FLOOR)
    mean, spread = figures.mean(0), figures.std(0) + 1e-9
    design = np.column_stack([(figures - mean) / spread, np.ones(len(rows))])
    drawn = _RIDGE * np.diag([1.0] * figures.shape[1] + [0.0])
    share = np.array(
        [_FRAME if "@" in str(row["case"]) else _SHARE if condition(row) in (*_EXTRA, *_SPOILED) else 1 for row in rows]
    )
    weight = np.ones(len(rows))
    for _ in range(_ROUNDS):
        weighted = design * (weight * share)[:, None]
        solved = np.linalg.solve(weighted.T @ design + drawn, weighted.T @ errors)
        weight = 1 / np.maximum(1, np.abs(errors - design @ solved))
    powers = solved[:-1] / spread
    return float(solved[-1] - powers @ mean), [float(power) for power in powers]


def _logs(rows: Sequence[Row]) -> np.ndarray:
    return np.array([[np.log(max(float(row[term.figure]), 0) + term.least) for term in _TERMS] for row in rows])


def predict(rows: Sequence[Row], bias: float, powers: Sequence[float]) -> np.ndarray:
    """The expected error of each row under given constants."""
    seen = np.array([seen_error(row) for row in rows])  # type: ignore[arg-type]
    return np.maximum(np.exp(bias + _logs(rows) @ np.array(powers)) - _FLOOR, 0) + seen


def left_out(rows: Sequence[Row]) -> np.ndarray:
    """The expected error of each row, by constants that were fitted without its person."""
    found = np.empty(len(rows))
    people = np.array([person(row) for row in rows])
    for name in sorted(set(people)):
        constants = fit([row for row in rows if person(row) != name])
        found[people == name] = predict([row for row in rows if person(row) == name], *constants)
    return found


def rank(rows: Sequence[Row], expected: np.ndarray | None = None) -> float:
    """Spearman's rank correlation of expected and true error."""
    found = [expected_error(row) for row in rows] if expected is None else expected  # type: ignore[arg-type]
    return float(spearmanr(found, [float(row["mse"]) for row in rows]).statistic)


def by_case(rows: Sequence[Row]) -> list[Row]:
    """One row a case: a clip's frames averaged, as the benchmark's scorer does."""
    cases: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        cases.setdefault((str(row["part"]), str(row["case"]).split("@")[0]), []).append(row)
    return [
        {"part": part, "case": case} | {k: float(np.mean([float(r[k]) for r in group])) for k in ("mse", *FIGURES)}
        for (part, case), group in cases.items()
    ]


def measure(folder: Path, part: str) -> Iterator[Row]:
    """Key every case of a folder, clips as clips, and compare with its truth."""
    for meta in sorted(folder.glob("*/meta.json")):
        for name, key, truth in _keys(meta.parent):
            if isinstance(key, Rejection):
                print(f"{name}: {key}")
                continue
            error = 1e3 * float(np.square(np.rint(key.alpha * 255) / 255 - truth).mean())
            yield {"part": part, "case": name, "mse": error} | {k: key.scores.get(k, 0.0) for k in FIGURES}


def _keys(case: Path) -> Iterator[tuple[str, Key | Rejection, np.ndarray]]:
    clip = case / "input.mp4"
    if clip.exists():
        for number, key in enumerate(key_clip((picture.rgb() for picture in decode(clip)), KeyOptions())):
            yield f"{case.name}@{number:02d}", key, _truth(case / "alpha_gt" / f"{number:04d}.png")
        return
    try:
        yield case.name, key_image(read_rgb(case / "input.png"), KeyOptions()), _truth(case / "alpha_gt.png")
    except Rejection as unfit:
        yield case.name, unfit, np.empty(0)


def _truth(path: Path) -> np.ndarray:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.float32) / 255


def make_people(pictures: Path, people: Path, bench: ModuleType) -> None:
    """Cut people out by their mattes and set them into frames; draw hair by other seeds, in other colours."""
    from pymatting import estimate_foreground_ml

    width, height = 1280, 720
    for matte in sorted(pictures.glob("*.png")):
        rgb, alpha = read_rgb(matte.with_suffix(".jpg")), _truth(matte)
        scale = min(height / rgb.shape[0], width / rgb.shape[1])
        size = (round(rgb.shape[1] * scale), round(rgb.shape[0] * scale))
        rgb, alpha = (cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (rgb, alpha))
        alpha = bench.levels(alpha)
        own = estimate_foreground_ml(rgb.astype(np.float64) / 255, alpha.astype(np.float64))
        left = (width - size[0]) // 2
        frame = np.zeros((height, width, 3), np.float32) + own.mean((0, 1))
        whole = np.zeros((height, width), np.float32)
        frame[height - size[1] :, left : left + size[0]] = own
        whole[height - size[1] :, left : left + size[0]] = alpha
        _write_person(people / matte.stem, np.clip(frame, 0, 1), whole, bench)
    for seed, gains in ((11, (1.6, 1.2, 1.2)), (29, (0.6, 0.45, 0.5)), (41, (1.1, 0.9, 1.0))):
        own, alpha = bench.synth_hair(seed)
        _write_person(people / f"hair_{seed}", np.clip(own * np.array(gains), 0, 1)[:, ::-1], alpha[:, ::-1], bench)


def dressed(foreground: np.ndarray, alpha: np.ndarray, cloth: str, rng: np.random.Generator, bench: ModuleType) -> dict:
    """A person whose lower half has clothes of the screen's hue, before an uneven screen: keys that are spoiled."""
    light, rows = bench.s2l(foreground), np.nonzero(alpha.max(1) > 0.5)[0]
    waist = rows.min() + 0.5 * (rows.max() - rows.min())
    inside = np.clip((np.arange(len(alpha)) - waist) / 20, 0, 1).astype(np.float32)[:, None, None]
    shade = (light @ np.array([0.2126, 0.7152, 0.0722], np.float32))[..., None]
    shade = 0.3 + 0.7 * shade / (shade.mean() + 1e-4)
    light = light * (1 - inside) + inside * np.clip(bench.s2l(np.array(_SPOILED[cloth], np.float32)) * shade, 0, 1)
    screen = bench.screen(rng, bench.GREEN, 1, 1)
    mixed = light * alpha[..., None] + screen * (1 - alpha[..., None])
    return {"input": np.clip(bench.l2s(bench.add_noise(rng, mixed)), 0, 1), "alpha": alpha}


def _write_person(folder: Path, foreground: np.ndarray, alpha: np.ndarray, bench: ModuleType) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    bench.imwrite(str(folder / "fg.png"), foreground)
    bench.imwrite(str(folder / "alpha.png"), alpha)


def render(people: Path, out: Path, bench: ModuleType, seed: int, every: bool) -> None:
    """Render cases of other people by the benchmark's own formulas."""
    names = sorted(folder.name for folder in people.iterdir() if (folder / "alpha.png").exists())
    extra = [(condition, name) for condition in (*_EXTRA, *_SPOILED) for name in names]
    wanted = [(condition, name) for name in names for condition in bench.MAIN]
    for condition_, name in (
        wanted + (extra if every else extra[:: len(names) // 2 or 1]) + [("video", name) for name in names[::5]]
    ):
        case = out / f"{condition_}__{name}"
        if (case / "meta.json").exists():
            continue
        case.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng([seed, zlib.crc32(case.name.encode())])
        foreground, alpha = bench.imread(str(people / name / "fg.png")), _truth(people / name / "alpha.png")
        if condition_ == "video":
            bench.render_video(name, foreground, alpha, rng, str(case), n=8)
        else:
            spoiled = condition_ in _SPOILED
            found = (
                dressed(foreground, alpha, condition_, rng, bench)
                if spoiled
                else bench.render(condition_, name, foreground, alpha, rng)
            )
            bench.imwrite(str(case / "input.png"), found["input"])
            bench.imwrite(str(case / "alpha_gt.png"), found["alpha"])
        (case / "meta.json").write_text(json.dumps({"cond": condition_, "source": name, "seed": seed}))


def write_table(rows: Sequence[Row]) -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["part", "case", "mse", *FIGURES], lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: v if isinstance(v, str) else f"{v:.5g}" for k, v in row.items()} for row in rows)


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_bench", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    cutting = commands.add_parser("people")
    cutting.add_argument("pictures", type=Path)
    cutting.add_argument("people", type=Path)
    cutting.add_argument("--bench", type=Path, required=True)
    drawing = commands.add_parser("render")
    drawing.add_argument("people", type=Path)
    drawing.add_argument("out", type=Path)
    drawing.add_argument("--bench", type=Path, required=True)
    drawing.add_argument("--seed", type=int, required=True)
    drawing.add_argument("--every", action="store_true")
    measuring = commands.add_parser("measure")
    measuring.add_argument("cases", type=Path, nargs="+")
    measuring.add_argument("--held-out", type=Path, nargs="+", required=True)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    if given.command == "people":
        make_people(given.pictures, given.people, _load(given.bench / "make_bench.py"))
        return
    if given.command == "render":
        render(given.people, given.out, _load(given.bench / "make_bench.py"), given.seed, given.every)
        return
    rows = [row for folder in given.cases for row in measure(folder, "calibration")]
    rows += [row for folder in given.held_out for row in measure(folder, f"held out: {folder.name}")]
    write_table(rows)
    bias, powers = fit([row for row in read_table() if row["part"] == "calibration"])
    print(f"_BIAS = {bias:.3f}")
    print({term.figure: round(power, 3) for term, power in zip(_TERMS, powers, strict=True)})


if __name__ == "__main__":
    main()
