"""The `report` stage: one page and its contact sheets, drawn anew when anything on it changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from bgrsr_data.options import Options
from bgrsr_data.records import ManifestRow, ReportRow, Source, content_hash, make_id
from bgrsr_data.stage import Item, Stage

if TYPE_CHECKING:
    from bgrsr_data.ledger import Ledger

PAGE = "index.html"
TRAINING = ("train", "evaluate")


class ReportOptions(Options):
    """Options of the `report` stage."""

    rows: int = Field(default=5, ge=1, le=40, description="Rows of each contact sheet.")
    seed: int = Field(default=0, description="Decides which samples are drawn at random.")


class Report(Stage[None]):
    """Write the page that shows what is in the set."""

    name = "report"
    needs = ("publish", *TRAINING)
    folder = "report"
    pooled = False
    options: ReportOptions

    def items(self, ledger: Ledger) -> Iterable[Item[None]]:
        """The one page, where something is published."""
        if ledger.count(ManifestRow.kind):
            yield Item("page", _inputs(ledger), None)

    def run(self, item: Item[None], root: Path) -> Sequence[ReportRow]:
        """Draw the sheets, write them and the page.

        The page tells seconds and versions, which differ from run to run: its row counts what went into it instead.
        """
        from bgrsr_data.media.files import write_bytes  # noqa: PLC0415 - cv2, matplotlib and jinja2 are slow to import
        from bgrsr_data.media.images import write_image  # noqa: PLC0415
        from bgrsr_data.report.facts import headline, read_dataset  # noqa: PLC0415
        from bgrsr_data.report.page import render_page  # noqa: PLC0415
        from bgrsr_data.report.runs import find_runs  # noqa: PLC0415
        from bgrsr_data.report.sheets import draw_sheets  # noqa: PLC0415
        from bgrsr_data.workspace import Workspace  # noqa: PLC0415

        workspace = Workspace(root)
        try:
            data = read_dataset(root, workspace.ledger)
            sheets = list(draw_sheets(data, root, rows=self.options.rows, seed=self.options.seed))
            rows = []
            for sheet in sheets:
                path = f"{self.folder}/contact-{sheet.name}.png"
                digest = write_image(root / path, sheet.pixels)
                rows.append(ReportRow(id=make_id("report", path), path=path, sha256=digest))
            html = render_page(data, workspace.ledger, sheets, find_runs(root), name=root.name)
        finally:
            workspace.close()
        path = f"{self.folder}/{PAGE}"
        write_bytes(root / path, html.encode())
        counts = {label: float(figure.replace(",", "")) for figure, label in headline(data) if " " not in label}
        digest = content_hash(self.options.model_dump_json(), *item.inputs)
        return [ReportRow(id=make_id("report", path), path=path, sha256=digest, figures=counts), *rows]


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
        *counted,
    )
