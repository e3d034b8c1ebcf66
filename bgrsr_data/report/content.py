"""What the page is about, gathered once: the page draws it, `facts.json` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bgrsr_data.export.balance import Balance
from bgrsr_data.ledger import Ledger
from bgrsr_data.report import facts
from bgrsr_data.report.charts import score_values, summary
from bgrsr_data.report.diversity import Diversity, balance_of, diversity_of
from bgrsr_data.report.facts import Dataset
from bgrsr_data.report.history import Past, read_history
from bgrsr_data.report.judged import Review, read_review
from bgrsr_data.report.proof import Proof, prove
from bgrsr_data.report.runs import Run, find_runs
from bgrsr_data.report.sheets import draw_sheets
from bgrsr_data.report.strips import Sheet
from bgrsr_data.shortcomings import shortcomings


@dataclass(frozen=True)
class Variety:
    """How diverse the set is, and how evenly it shows what it has; what a reader should know of both, in words."""

    found: Diversity
    balances: list[Balance]
    verdicts: list[str]


@dataclass(frozen=True)
class Content:
    """What the page is about.

    Args:
        name: Of the workspace.
        root: The workspace.
        data: What is published, or would be.
        ledger: What was done.
        lacking: Who is not in it, and which splits have no pair, in words.
        sheets: The contact sheets.
        runs: The training runs.
        diversity: Poses, sizes, light, skin tones and places; None where nobody was cut out.
        proof: That nothing is in two splits; None where nothing was combined.
        review: What people said; None where nobody did.
        history: The versions, the latest first.
    """

    name: str
    root: Path
    data: Dataset
    ledger: Ledger
    lacking: Sequence[str]
    sheets: Sequence[Sheet]
    runs: Sequence[Run]
    diversity: Variety | None
    proof: Proof | None
    review: Review | None
    history: Sequence[Past]


def read_content(root: Path, ledger: Ledger, *, rows: int, seed: int) -> Content:
    """Read and draw all that the page shows.

    Args:
        root: The workspace.
        ledger: Its ledger.
        rows: How many rows a contact sheet has.
        seed: Decides which samples are drawn at random.

    Raises:
        InputError: Something cannot be read, or a file that a row names is gone.
    """
    data = facts.read_dataset(root, ledger)
    sheets = list(draw_sheets(data, root, rows=rows, seed=seed))
    lacking = [what for what, _ in shortcomings(ledger)]
    return Content(
        root.name, root, data, ledger, lacking, sheets, find_runs(root), read_variety(data, root), prove(data, ledger),
        read_review(ledger), read_history(root),
    )  # fmt: skip


def read_variety(data: Dataset, root: Path) -> Variety | None:
    """Measure how diverse the set is, once for the same pictures; None where nobody was cut out.

    Raises:
        InputError: A picture that a row names is gone.
    """
    if not data.foregrounds:
        return None
    found, (even, told) = diversity_of(data, root), balance_of(data)
    return Variety(found, even, [*told, *found.verdicts])


def tell(content: Content) -> dict[str, Any]:
    """The figures of the page, for programs (JSON)."""
    data, proof = content.data, content.proof
    split = {
        "checked": [asdict(row) for row in proof.checked], "leaks": [str(leak) for leak in proof.leaks]
    } if proof else None  # fmt: skip
    return {
        "name": content.name,
        "published": data.published,
        "counts": {words: int(figure.replace(",", "")) for figure, words in facts.headline(data)},
        "funnel": {step.label: step.count for step in facts.funnel(data, content.ledger)},
        "rejections": [asdict(row) for row in facts.refusals(data.rejections)],
        "lacking": content.lacking,
        "split": split,
        "diversity": asdict(content.diversity.found) if content.diversity else None,
        "balance": [asdict(one) for one in content.diversity.balances] if content.diversity else [],
        "scores": summary(score_values(data)),
        "review": asdict(content.review) if content.review else None,
        "licences": [asdict(row) for row in facts.licences(data)],
        "versions": [{"day": past.day, **past.version.model_dump()} for past in content.history],
        "runs": [run.as_dict() for run in content.runs],
        "stages": [asdict(work) for work in facts.work_done(content.ledger)],
    }
