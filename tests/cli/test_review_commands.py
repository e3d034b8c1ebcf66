"""Verdicts by the command line: whatever is rejected leaves what follows, and every command tells the same."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from small import bgrsr

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Background, Foreground, Frame, Trimap
from bgrsr_data.review.apply import apply_verdicts
from bgrsr_data.status import workspace_status
from bgrsr_data.workspace import Workspace


def review(*words: object) -> Any:
    """What a command of the review prints as JSON."""
    ended = bgrsr("review", *words, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def pairs(place: Path) -> list[dict[str, Any]]:
    """The published combinations."""
    return list(pq.read_table(place / "manifests/combinations.parquet").to_pylist())


def renew(place: Path) -> None:
    """Let verdicts take effect, as a pull does after it has asked FiftyOne; a set that leaks would be refused."""
    with closing(Workspace(place)) as workspace:
        applied = apply_verdicts(workspace, 0, lambda _: None)
        assert applied.after == len(pairs(place))
        stale = {row.stage: row.stale for row in workspace_status(workspace)}
    assert (stale["combine"], stale["publish"]) == (0, 0)


def test_a_rejected_combination_leaves_the_published_set_alone_and_comes_back(workspace: Path) -> None:
    before = pairs(workspace)
    gone = before[3]["id"]
    review("judge", gone, "--reject", "--reason", "implausible", "--reviewer", "Ada", "-w", workspace)
    renew(workspace)
    assert [row["id"] for row in pairs(workspace)] == [row["id"] for row in before if row["id"] != gone]
    story = bgrsr("explain", gone, "-w", workspace).stdout
    assert "verdict: reject by Ada at " in story
    assert "(implausible)" in story
    changes = bgrsr("diff", "v1", "v2", "--rows", "-w", workspace).stdout
    assert "Ada rejected it (implausible)" in changes
    review("judge", gone, "--take-back", "--reviewer", "Ada", "-w", workspace)
    renew(workspace)
    assert pairs(workspace) == before
    assert "taken back by Ada at " in bgrsr("explain", gone, "-w", workspace).stdout


def test_a_rejected_trimap_background_or_frame_takes_its_combinations_with_it(workspace: Path) -> None:
    ledger = Ledger(workspace / "ledger.sqlite")
    trimap = ledger.rows(Trimap)[0]
    cut = {f.id for f in ledger.rows(Foreground) if f.original == trimap.id}
    frame = next(f for f in ledger.latest(Frame, "frames", "select", "deblur") if f.role == "greenscreen")
    keyed = {f.id for f in ledger.rows(Foreground) if f.original == frame.id}
    shown = {row["original_background"] for row in pairs(workspace)}
    background = next(row.id for row in ledger.rows(Background) if row.id in shown)
    ledger.close()
    assert cut & {row["foreground"] for row in pairs(workspace)}
    assert keyed & {row["foreground"] for row in pairs(workspace)}
    review("judge", trimap.id, frame.id, background, "--reject", "--reviewer", "Ada", "-w", workspace)
    renew(workspace)
    left = pairs(workspace)
    assert left
    assert not (cut | keyed) & {row["foreground"] for row in left}
    assert background not in {row[name] for row in left for name in ("original_background", "target_background")}


def test_status_tells_what_is_judged_and_where_two_differ(workspace: Path) -> None:
    one, two = (row["foreground"] for row in pairs(workspace)[:: len(pairs(workspace)) - 1])
    review("judge", one, two, "--accept", "--reviewer", "Ada", "-w", workspace)
    review("judge", one, "--reject", "--reason", "halo", "--reviewer", "Ben", "-w", workspace)
    (far,) = review("status", "--stage", "foregrounds", "-w", workspace)
    assert (far["judged"], far["by_reviewer"]) == (2, {"Ada": 2, "Ben": 1})
    assert [conflict["row"] for conflict in far["conflicts"]] == [one]
    text = bgrsr("review", "status", "-w", workspace).stdout
    assert f"conflict: {one}: Ada says accept, Ben says reject (halo); reject counts" in text
    assert "foregrounds: Ada and Ben agree on 0 of 1 row, kappa 0.00" in text
    assert f"conflict: {one}" in bgrsr("explain", one, "-w", workspace).stdout


def test_a_sample_is_asked_for_once_and_told_as_it_is_judged(workspace: Path) -> None:
    first = review("sample", "--per-stage", 3, "-w", workspace)
    assert {stage["sample"] for stage in first["stages"]} == {3}
    again = review("sample", "-w", workspace)
    assert again == first
    assert review("sample", "--margin", 0.2, "-w", workspace)["audit"]["per_stage"] is None
    for words, line in (
        (("--margin", 0.9), "sample: --margin 0.9: input should be less than 0.5"),
        (("--margin", 0.1, "--per-stage", 3), "sample: give --per-stage or --margin, not both"),
    ):
        ended = bgrsr("review", "sample", *words, "-w", workspace)
        assert (ended.returncode, ended.stderr.strip()) == (2, f"bgrsr: {line}")


def test_judging_without_a_word_or_an_id_is_told_in_one_line(finished: Path) -> None:
    for words, line in (
        (("foreground-x",), "judge: give one of --accept, --reject and --take-back"),
        (("foreground-x", "--reject"), "foreground-x: is no row of this set; ids are in the manifests and in the App"),
        (("foreground-x", "--take-back", "--reason", "halo"), "judge: --take-back takes neither --reason nor --note"),
        (("--reject",), "judge: no row is given; name some, or select some in the App"),
    ):
        ended = bgrsr("review", "judge", *words, "-w", finished)
        assert (ended.returncode, ended.stderr.strip()) == (2, f"bgrsr: {line}")
    assert "halo" in {row["reason"] for row in review("judge", "--reasons")}


def test_rows_are_named_by_the_beginnings_of_their_ids_as_explain_names_them(workspace: Path) -> None:
    ids = sorted({row["foreground"] for row in pairs(workspace)})
    said = review("judge", f"{ids[0][:-1]}…", ids[1][:-1], "--reject", "--reviewer", "Ada", "-w", workspace)
    assert [verdict["row"] for verdict in said["verdicts"]] == ids[:2]
    sheet = workspace.parent / "sheet.png"
    keyed = next(row["id"] for row in pq.read_table(workspace / "manifests/foregrounds.parquet").to_pylist()
                 if row["screen"] and row["id"] not in ids[:2])  # fmt: skip
    review("rekey", keyed[:-1], "--despill", 0.5, "--preview", sheet, "-w", workspace)
    assert sheet.is_file()
    ended = bgrsr("review", "judge", ids[0], "foreground-", "--accept", "--reviewer", "Ada", "-w", workspace)
    assert ended.returncode == 2
    assert ended.stderr.startswith("bgrsr: foreground-: begins the ids of ")
    again = review("judge", ids[0], "--take-back", "--reviewer", "Ada", "-w", workspace)["withdrawn"]
    assert [verdict["verdict"] for verdict in again] == ["reject"], "nothing was said by the line that was refused"
    twice = bgrsr("review", "judge", ids[0], "--take-back", "--reviewer", "Ada", "-w", workspace)
    words = ("review", "judge", "-", ids[2], "--accept", "--reviewer", "Ada", "-w", workspace, "--json")
    piped = json.loads(bgrsr(*words, input=f"{ids[0]}\n\n{ids[1][:-1]}\n").stdout)
    assert [verdict["row"] for verdict in piped["verdicts"]] == ids[:3]
    assert (twice.stdout, twice.stderr) == (
        "review: nothing changed\n",
        f"review: {ids[0]}: Ada has said nothing of it\n",
    )


def test_a_verdict_beside_a_run_waits_and_the_next_command_of_the_review_takes_it(workspace: Path) -> None:
    place = Workspace(workspace)
    row = pairs(workspace)[0]["id"]
    with place.writing():
        ended = bgrsr("review", "judge", row, "--reject", "--reviewer", "Ada", "-w", workspace)
        assert ended.stdout.strip() == ("review: 1 rejected; kept, and put into the ledger when the other command ends")
        assert review("status", "--stage", "combinations", "-w", workspace)[0]["rejected"] == 1
        assert place.ledger.verdicts() == []
    review("judge", row, "--reject", "--reviewer", "Ben", "-w", workspace)
    assert [verdict.reviewer for verdict in place.ledger.verdicts()] == ["Ada", "Ben"]
    place.close()
