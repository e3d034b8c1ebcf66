"""The page tells the truth about the set, in one file."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from pathlib import Path

import yaml
from report_set import Made

from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.recipes import read_recipe
from bgrsr_data.records import Combination, Frame, RejectionRow, ReportRow
from bgrsr_data.report.commands import recipe_text
from bgrsr_data.report.content import read_content, tell
from bgrsr_data.report.facts import funnel, read_dataset, refusals, work_done
from bgrsr_data.report.page import render_page
from bgrsr_data.report.proof import prove
from bgrsr_data.runner import plan_stage
from bgrsr_data.shortcomings import shortcomings
from bgrsr_data.stages import make_stage


def test_the_page_names_every_source_with_licence_and_creator(made: Made) -> None:
    page = html.unescape(made.report())
    for text in (
        "astronaut-green",
        "James S. Davis, U.S. Navy",
        "CC0-1.0",
        "eileen-collins",
        "No leak between the splits",
    ):
        assert text in page


def test_the_page_needs_nothing_but_itself(made: Made) -> None:
    page = made.report()
    pictures = re.findall(r'src="([^"]{0,15})', page)
    assert pictures
    assert all(source.startswith("data:image/webp") for source in pictures)
    assert re.findall(r"<link [^>]*>", page) == ['<link rel="icon" href="data:,">']
    assert not re.search(r"@import|url\((?!#)|fetch\(|<(?:iframe|object)|<script src", page)


def test_names_are_escaped(made: Made) -> None:
    assert "<odd>" not in made.report()
    assert "small &amp; &lt;odd&gt;" in made.report()


def test_the_headline_counts_what_the_manifests_hold(made: Made) -> None:
    combinations = read_rows(manifest_path(made.workspace.root, Combination), Combination)
    assert f"<b>{len(combinations):,}</b><span>combinations</span>" in made.report()
    proof = prove(read_dataset(made.workspace.root, made.workspace.ledger), made.workspace.ledger)
    assert proof
    assert sum(checked.combinations for checked in proof.checked) == len(combinations)


def test_contact_sheets_and_figures_lie_beside_the_page_and_are_listed(made: Made) -> None:
    made.report()
    rows = {row.path: row for row in made.workspace.ledger.rows(ReportRow, "report")}
    stages = ("combinations", "frames", "keys")
    names = {f"report/contact-{stage}-{word}.png" for stage in stages for word in ("worst", "random", "best")}
    assert names | {"report/index.html", "report/facts.json"} <= set(rows)
    assert all((made.workspace.root / path).is_file() for path in rows)
    told = json.loads((made.workspace.root / "report" / "facts.json").read_text())
    assert told["counts"]["combinations"] == made.workspace.ledger.count(Combination.kind)
    assert told["split"]["leaks"] == []


def test_a_second_report_of_the_same_set_has_nothing_to_do_and_the_same_rows(made: Made) -> None:
    made.report()
    stage = make_stage("report", {"rows": 2})
    assert not plan_stage(stage, made.workspace).pending
    before = made.workspace.ledger.rows(ReportRow, "report")
    (item,) = stage.items(made.workspace.ledger)
    again = sorted(stage.run(item, made.workspace.root), key=lambda row: row.id)
    assert [row.model_dump() for row in again] == [row.model_dump() for row in before]


def test_the_recipe_on_the_page_is_one_that_runs(made: Made, tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(recipe_text(work_done(made.workspace.ledger)))
    assert yaml.safe_load(path.read_text())["steps"][1]["frames"]["per_second"] == 3
    assert [stage.name for stage in read_recipe(path).stages] == [
        "fetch", "frames", "select", "deblur", "key", "combine", "publish"
    ]  # fmt: skip


def test_the_funnel_and_the_work_tell_of_select_as_long_as_the_set_does_not_go_without_it(made: Made) -> None:
    ledger = made.workspace.ledger
    data = read_dataset(made.workspace.root, ledger)
    chosen = len(ledger.rows(Frame, "select"))
    steps = [(step.label, step.count) for step in funnel(data, ledger)]
    assert steps[3:5] == [("frames chosen", chosen), ("frames sharp enough", len(data.frames))]
    assert chosen > 0
    ledger.suppose({"select"})
    try:
        assert "frames chosen" not in [step.label for step in funnel(data, ledger)]
        assert "select" not in [work.stage for work in work_done(ledger)]
    finally:
        ledger.suppose(())


def test_a_person_in_two_splits_is_called_a_leak_in_red_and_the_claim_is_withdrawn(made: Made) -> None:
    ledger = made.workspace.ledger
    content = read_content(made.workspace.root, ledger, rows=1, seed=0)
    assert content.proof
    assert {found for _, found in content.proof.found} == {0}
    first = content.data.combinations[0]
    moved = first.model_copy(update={"id": "combination-moved", "split": "val" if first.split != "val" else "test"})
    data = replace(content.data, combinations=[*content.data.combinations, moved])
    proof = prove(data, ledger)
    assert proof
    assert dict(proof.found)["No person is in two splits"] > 0
    page = render_page(replace(content, data=data, proof=proof))
    assert '<p class="verdict bad">' in page
    assert '<li class="bad">No person is in two splits: ' in page
    assert "No leak between the splits" not in page


def test_who_is_not_in_the_set_is_named_below_what_was_left_out(made: Made) -> None:
    content = read_content(made.workspace.root, made.workspace.ledger, rows=1, seed=0)
    page = render_page(replace(content, lacking=["<bob> is not in the set (2 poor-key)"]))
    assert '<p class="verdict bad">✗ &lt;bob&gt; is not in the set (2 poor-key)</p>' in page
    assert "is not in the set" not in render_page(replace(content, lacking=[]))
    assert tell(content)["lacking"] == content.lacking == [what for what, _ in shortcomings(content.ledger)]


def test_rejections_are_counted_by_stage_and_reason() -> None:
    def row(number: int, reason: str) -> RejectionRow:
        return RejectionRow(id=f"r{number}", stage="key", item="i", reason=reason, detail=f"detail {number}")

    found = refusals([row(0, "no-screen"), row(1, "spoiled"), row(2, "spoiled")])
    assert [(one.reason, one.count, one.example) for one in found] == [
        ("spoiled", 2, "detail 1"), ("no-screen", 1, "detail 0")
    ]  # fmt: skip
