"""The page: everything inlined, so that one file can be sent, kept and read without a network."""

from __future__ import annotations

import base64
import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import cv2
import jinja2
import numpy as np
import yaml

import bgrsr_data
from bgrsr_data.ledger import Ledger
from bgrsr_data.media.contact import Picture, fit
from bgrsr_data.media.images import read_rgb
from bgrsr_data.report import facts
from bgrsr_data.report.charts import draw_histograms, score_values
from bgrsr_data.report.facts import Dataset, Work
from bgrsr_data.report.runs import Run
from bgrsr_data.report.sheets import Sheet

PACKAGES = ("numpy", "opencv-python", "av", "pyarrow", "pydantic", "yt-dlp", "pycocotools", "torch", "fiftyone")
PANEL_WIDTH = 1400


def render_page(data: Dataset, ledger: Ledger, sheets: Sequence[Sheet], runs: Sequence[Run], *, name: str) -> str:
    """Write the HTML of the report.

    Args:
        data: What is published.
        ledger: What was done.
        sheets: The contact sheets.
        runs: The training runs.
        name: Of the workspace.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bgrsr_data.report", "."), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    values = score_values(data)
    work = facts.work_done(ledger)
    return environment.get_template("page.html.j2").render(
        name=name,
        headline=facts.headline(data),
        funnel=facts.funnel(data, ledger),
        refusals=facts.refusals(data.rejections),
        verdicts=len(data.verdicts),
        by_review=len(ledger.rejected_by_review()),
        shares=facts.shares(data),
        leaks=facts.leaks(data),
        credits=facts.credits_of(data),
        licences=facts.licences(data),
        chart=data_uri("image/svg+xml", draw_histograms(values)) if values else "",
        sheets=[(sheet, jpeg_uri(sheet.pixels)) for sheet in sheets],
        runs=[(run, [(path.stem, _picture_uri(path)) for path in run.pictures]) for run in runs],
        work=work,
        recipe=recipe_text(work),
        versions=versions(),
    )


def recipe_text(work: Sequence[Work]) -> str:
    """The stages that ran here with their options, as a recipe (YAML)."""
    steps = []
    for one in work:
        options = yaml.safe_load(one.options)
        steps.append({one.stage: options} if options else one.stage)
    recipe = {"about": "As it ran here", "steps": steps}
    return yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True)


def versions() -> list[tuple[str, str]]:
    """(what, version) of this machine and the packages that decide pixels."""
    found = [("bgrsr", bgrsr_data.__version__), ("Python", platform.python_version())]
    for package in PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return [*found, ("system", platform.platform()), ("processors", str(os.cpu_count()))]


def jpeg_uri(pixels: Picture) -> str:
    """An RGB picture as a data URI, JPEG at quality 88."""
    encoded = cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
    return data_uri("image/jpeg", encoded.tobytes())


def data_uri(media_type: str, content: bytes) -> str:
    """Bytes as a data URI."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _picture_uri(path: Path) -> str:
    pixels = read_rgb(path)
    if path.stem == "curves":
        return data_uri("image/png", path.read_bytes())
    return jpeg_uri(fit(pixels, (PANEL_WIDTH, 10 * PANEL_WIDTH)) if pixels.shape[1] > PANEL_WIDTH else pixels)
