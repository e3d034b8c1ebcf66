"""The `report` stage: one page and its contact sheets, drawn anew when anything on it changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from bgrsr_data.options import Options
from bgrsr_data.records import Clip, ManifestRow, ReportRow, Source, content_hash, make_id
from bgrsr_data.stage import Item, Stage

if TYPE_CHECKING:
    from bgrsr_data.ledger import Ledger

PAGE = "index.html"
FIGURES = "facts.json"  # the same for programs
TRAINING = ("train", "evaluate")
BESIDE = ("runs/*/summary.json", "runs/*/evaluation/evaluation.json", "report/key-error.json")


class ReportOptions(Options):
    """Options of the `report` stage."""

    rows: int = Field(default=5, ge=1, le=40, description="Rows of each contact sheet.")
    seed: int = Field(default=0, description="Decides which samples are drawn at random.")


class Report(Stage[None]):
    """Write the page that shows what is in the set."""

    name = "report"
    version = 2
    needs = ("publish", *TRAINING)
    folder = "report"
    pooled = False
    options: ReportOptions

    def items(self, ledger: Ledger) -> Iterable[Item[None]]:
        """The one page, where anything was fetched."""
        if ledger.count(Clip.kind):
            yield Item("page", _inputs(ledger), None)

    def run(self, item: Item[None], root: Path) -> Sequence[ReportRow]:
        """Draw the sheets, write them, the figures and the page.

        The page tells seconds and versions, which differ from run to run: its row counts what went into it instead.
        """
        from bgrsr_data.export.datasheet import MEASURED, document_version  # noqa: PLC0415 - as below
        from bgrsr_data.export.versions import keep_version  # noqa: PLC0415
        from bgrsr_data.media.files import write_bytes  # noqa: PLC0415 - cv2, matplotlib and jinja2 are slow to import
        from bgrsr_data.media.images import write_image  # noqa: PLC0415
        from bgrsr_data.report.content import read_content, tell  # noqa: PLC0415
        from bgrsr_data.report.facts import headline  # noqa: PLC0415
        from bgrsr_data.report.page import render_page  # noqa: PLC0415
        from bgrsr_data.workspace import Workspace  # noqa: PLC0415

        workspace = Workspace(root)
        try:
            content = read_content(root, workspace.ledger, rows=self.options.rows, seed=self.options.seed)
            page, figures = render_page(content), json.dumps(tell(content), indent=2) + "\n"
        finally:
            workspace.close()
        rows = []
        for sheet in content.sheets:
            path = f"{self.folder}/contact-{sheet.name}.png"
            rows.append(ReportRow(id=make_id("report", path), path=path, sha256=write_image(root / path, sheet.pixels)))
        digest = content_hash(self.options.model_dump_json(), *item.inputs)
        counts = {label: float(figure.replace(",", "")) for figure, label in headline(content.data) if " " not in label}
        for name, text in ((PAGE, page), (FIGURES, figures)):
            path = f"{self.folder}/{name}"
            write_bytes(root / path, text.encode())
            told = counts if name == PAGE else {}
            rows.append(ReportRow(id=make_id("report", path), path=path, sha256=digest, figures=told))
        if content.diversity:
            path = MEASURED.as_posix()
            rows.append(ReportRow(id=make_id("report", path), path=path, sha256=digest))
        if content.data.published:  # its datasheet tells what was measured now
            document_version(root, keep_version(root))
        return rows


def _inputs(ledger: Ledger) -> tuple[str, ...]:
    """Everything that is shown, but no times."""
    told = [stage for stage in ledger.stages() if stage != Report.name]
    counted = [
        content_hash(
            stage, ledger.options(stage), *(f"{item.id} {item.status}" for item in ledger.items(stage).values())
        )
        for stage in told
    ]
    return (
        ledger.digest(Source.kind),
        ledger.digest(ManifestRow.kind),
        ledger.digest(ReportRow.kind, *TRAINING),
        content_hash(*(verdict.content for verdict in ledger.verdicts())),
        content_hash(*(f"{path} {path.read_text(encoding='utf-8')}" for path in _told(ledger.path.parent))),
        *counted,
    )


def _told(root: Path) -> list[Path]:
    """What lies in the workspace beside the ledger and is shown: what runs came to, and the keys' true error."""
    return sorted(path for pattern in BESIDE for path in root.glob(pattern) if path.is_file())
