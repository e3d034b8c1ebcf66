"""The page: everything inlined, so that one file can be sent, kept and read without a network."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jinja2

import bgrsr_data
from bgrsr_data.media.images import read_rgb
from bgrsr_data.report import facts
from bgrsr_data.report.charts import always, bounds_used, draw_charts, is_common, score_values, short
from bgrsr_data.report.commands import command_lines, recipe_text
from bgrsr_data.report.content import Content, Variety
from bgrsr_data.report.diversity_charts import draw_diversity, draw_silhouettes
from bgrsr_data.report.pictures import PANEL, Inlined, inline
from bgrsr_data.report.runs import MODEL, Run, best_rival, score_table

PACKAGES = ("numpy", "opencv-python", "av", "pyarrow", "pydantic", "yt-dlp", "pycocotools", "torch", "fiftyone")
MOST_PANEL_BYTES = 5 * 2**20  # pictures of training runs, beyond which the page names their files instead


def render_page(content: Content) -> str:
    """Write the HTML of the report; sections with nothing in them are left out."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bgrsr_data.report", "template"), autoescape=True, trim_blocks=True,
        lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals |= {
        "inline": inline, "score_table": score_table, "short": short, "is_address": _is_address
    }  # fmt: skip
    data, ledger = content.data, content.ledger
    work = facts.work_done(ledger)
    scores = score_values(data)
    charts = draw_charts(scores, bounds_used(ledger))
    panels, left_out = _panels(content.runs, content.root)
    values: dict[str, Any] = {
        "name": content.name, "published": data.published, "headline": facts.headline(data),
        "funnel": facts.funnel(data, ledger), "refusals": facts.refusals(data.rejections),
        "lacking": content.lacking,
        "proof": content.proof, "review": content.review, "history": content.history,
        "charts": [one for one in charts if is_common(one)],
        "more_charts": [one for one in charts if not is_common(one)], "constant": always(scores),
        "sheets": content.sheets, **_diversity(content.diversity), "key_error": _key_error(content.root),
        "runs": content.runs, "evaluated": _evaluated(content.runs), "panels": panels, "left_out": left_out,
        "people": {clip.person: clip.title for clip in reversed(data.clips)}, "credits": facts.credits_of(data),
        "licences": facts.licences(data), "work": work, "recipe": recipe_text(work),
        "commands": command_lines(content.name, content.runs), "versions": versions(),
    }  # fmt: skip
    return environment.get_template("page.html.j2").render(values | {"contents": _contents(values)})


def _diversity(variety: Variety | None) -> dict[str, Any]:
    """What the page draws of it; the silhouettes as one picture."""
    if variety is None:
        return {"diversity": [], "silhouettes": None, "diversity_words": []}
    poses = variety.found.poses
    return {
        "diversity": draw_diversity(variety.found, variety.balances),
        "silhouettes": inline(draw_silhouettes(poses), PANEL) if poses else None,
        "diversity_words": variety.verdicts,
    }


def _evaluated(runs: Sequence[Run]) -> list[tuple[Run, str, float]]:
    """(run, the rival that comes nearest without training, its PSNR) of those that were evaluated."""
    rivals = [(run, best_rival(run)) for run in runs if "psnr" in run.scores.get(MODEL, {})]
    return [(run, rival, run.scores[rival]["psnr"]) for run, rival in rivals if rival]


def versions() -> list[tuple[str, str]]:
    """(what, version) of this machine and the packages that decide pixels."""
    found = [("bgrsr", bgrsr_data.__version__), ("Python", platform.python_version())]
    for package in PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return [*found, ("system", platform.platform()), ("processors", str(os.cpu_count()))]


def _contents(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(anchor, title) of the sections that there are."""
    sections = (
        ("funnel", "Funnel", "funnel"), ("split", "Split and leaks", "proof"), ("scores", "Scores", "charts"),
        ("diversity", "Diversity", "diversity"), ("review", "Review", "review"), ("pictures", "Pictures", "sheets"),
        ("truth", "Against the truth", "key_error"),
        ("training", "Training", "runs"), ("sources", "Sources", "credits"), ("versions", "Versions", "history"),
        ("again", "Making it again", "commands"),
    )  # fmt: skip
    return [(anchor, title) for anchor, title, key in sections if values[key]]


def _panels(runs: Sequence[Run], root: Path) -> tuple[dict[str, list[tuple[str, Inlined]]], dict[str, list[str]]]:
    """The pictures of every run, and the files of those for which the page has no room."""
    panels: dict[str, list[tuple[str, Inlined]]] = {run.name: [] for run in runs}
    left_out: dict[str, list[str]] = {run.name: [] for run in runs}
    spent = 0
    for run in runs:
        for title, path in run.pictures:
            if spent > MOST_PANEL_BYTES:
                left_out[run.name].append(path.relative_to(root).as_posix())
                continue
            image = inline(read_rgb(path), PANEL)
            spent += len(image.uri)
            panels[run.name].append((title, image))
    return panels, left_out


def _key_error(root: Path) -> dict[str, Any] | None:
    """The picture of the keys beside their truth, where the quickstart drew one, and its figures."""
    picture = root / "report" / "key-error.png"
    if not picture.is_file():
        return None
    figures = picture.with_suffix(".json")
    rows = json.loads(figures.read_text(encoding="utf-8")) if figures.is_file() else []
    return {"image": inline(read_rgb(picture), PANEL), "rows": rows}


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://")) and " " not in text
