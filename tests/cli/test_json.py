"""--json: every listing for programs; and the story that explain tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from small import STAGES, bgrsr

from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Combination, Foreground, Verdict, make_id


def told(*arguments: object) -> Any:
    ended = bgrsr(*arguments, "--json")
    assert ended.returncode in (0, 1), ended.stderr
    return json.loads(ended.stdout)


def test_status_recipes_doctor_and_plan_are_json(finished: Path, small_set: Path) -> None:
    status = told("status", "-w", finished)
    assert [row["stage"] for row in status] == list(STAGES)
    assert all(row["stale"] == row["failed"] == 0 for row in status)
    assert next(row for row in status if row["stage"] == "trimap")["reasons"] == {"crowd": 1}
    assert {recipe["name"] for recipe in told("recipes")} >= {"footage", "quickstart"}
    assert {finding["what"] for finding in told("doctor")} >= {"python", "ffmpeg", "disk", "torch"}
    plan = told("run", small_set, "--plan", "-w", finished)
    assert [row["stage"] for row in plan] == list(STAGES)
    assert all(row["items"] == 0 for row in plan)


def test_a_plan_before_there_is_a_workspace_touches_nothing(small_set: Path, tmp_path: Path) -> None:
    plan = told("run", small_set, "--plan", "-w", tmp_path / "new")
    assert plan[0]["items"] == 7
    assert not (tmp_path / "new").exists()


def test_a_run_is_json(finished: Path, small_set: Path) -> None:
    stages = told("run", small_set, "-w", finished)
    assert [row["stage"] for row in stages] == list(STAGES)
    assert sum(row["done"] for row in stages) == 0


def test_explain_of_a_combination_reaches_source_licence_options_and_scores(finished: Path) -> None:
    ledger = Ledger(finished / "ledger.sqlite")
    people = {f.id: f for f in ledger.rows(Foreground) if f.screen}
    row = next(r for r in ledger.rows(Combination) if r.foreground in people)
    ledger.close()
    ancestors = told("explain", row.id, "-w", finished)
    kinds = {ancestor["kind"] for ancestor in ancestors}
    assert kinds == {"combination", "foreground", "frame", "clip", "source", "background"}
    (foreground,) = [a for a in ancestors if a["kind"] == "foreground"]
    assert foreground["record"]["scores"]
    assert "despill" in foreground["options"]
    licences = {a["record"]["licence"] for a in ancestors if a["kind"] == "source"}
    assert licences <= {"CC0-1.0", "public-domain"}
    assert licences
    text = bgrsr("explain", row.id, "-w", finished).stdout
    for part in (row.id, row.foreground, "licence: public-domain", "options of key: ", "score: "):
        assert part in text


def test_a_verdict_takes_a_frames_combinations_away_and_explain_says_who_and_why(workspace: Path) -> None:
    ledger = Ledger(workspace / "ledger.sqlite")
    before = {r.id: r for r in ledger.rows(Combination)}
    judged = next(f for f in ledger.rows(Foreground) if f.screen)
    verdict = Verdict(
        id=make_id("verdict", judged.id, "Ada"), row=judged.id, row_content=judged.content, verdict="reject",
        reviewer="Ada", note="the ear is gone", at="2026-11-22T12:00:00Z",
    )  # fmt: skip
    ledger.add_verdicts([verdict])
    assert bgrsr("combine", "-w", workspace).returncode == 0
    assert bgrsr("publish", "-w", workspace).returncode == 0
    after = {r.id: r for r in ledger.rows(Combination)}
    ledger.close()
    assert after == {name: row for name, row in before.items() if row.foreground != judged.id}
    assert len(after) == len(before) - 4
    (said,) = [a["verdicts"] for a in told("explain", judged.id, "-w", workspace) if a["depth"] == 0]
    assert [(v["reviewer"], v["verdict"], v["note"], v["valid"]) for v in said] == [
        ("Ada", "reject", "the ear is gone", True)
    ]
    text = bgrsr("explain", judged.id[:15], "-w", workspace).stdout
    assert "verdict: reject by Ada at 2026-11-22T12:00:00Z (the ear is gone)" in text


def test_a_verdict_on_what_has_changed_since_does_not_count(workspace: Path) -> None:
    ledger = Ledger(workspace / "ledger.sqlite")
    judged = ledger.rows(Foreground)[0]
    ledger.add_verdicts(
        [Verdict(id="verdict-1", row=judged.id, row_content="other", verdict="reject", reviewer="Ada", at="2026")]
    )
    ledger.close()
    assert "combine: up to date" in bgrsr("combine", "-w", workspace).stdout
    assert "so it does not count" in bgrsr("explain", judged.id, "-w", workspace).stdout


def test_explain_of_a_trimaps_image_says_what_was_left_out(finished: Path) -> None:
    ledger = Ledger(finished / "ledger.sqlite")
    (crowd,) = [row for row in ledger.records("trimap") if row[1].kind == "rejection"]
    ledger.close()
    text = bgrsr("explain", crowd[0], "-w", finished).stdout
    assert "rejected by trimap: crowd: a crowd is annotated as one region" in text


def test_status_names_the_review_and_what_was_judged_is_to_be_published_before_training(workspace: Path) -> None:
    assert bgrsr("status", "-w", workspace).stdout.splitlines()[-1] == f"next: bgrsr review open -w {workspace}"
    ledger = Ledger(workspace / "ledger.sqlite")
    cut_out = ledger.rows(Foreground)[0].id
    ledger.close()
    assert bgrsr("review", "judge", cut_out, "--accept", "-w", workspace).returncode == 0
    assert bgrsr("status", "-w", workspace).stdout.splitlines()[-1] == f"next: bgrsr publish -w {workspace}"
    assert bgrsr("publish", "-w", workspace).returncode == 0
    assert bgrsr("status", "-w", workspace).stdout.splitlines()[-1] == f"next: bgrsr train bgrsr-lite -w {workspace}"


def test_status_names_what_is_stale_before_what_never_ran(workspace: Path) -> None:
    (frame, *_) = (workspace / "frames").rglob("*.png")
    frame.unlink()
    assert bgrsr("status", "-w", workspace).stdout.splitlines()[-1] == f"next: bgrsr frames -w {workspace}"


def test_an_id_that_nothing_or_several_have_is_told(finished: Path) -> None:
    nothing = bgrsr("explain", "foreground-zzz", "-w", finished)
    assert (nothing.returncode, nothing.stderr.count("\n")) == (2, 1)
    assert "no row has this id; there are: source-" in nothing.stderr
    named = nothing.stderr.strip().split("there are: ")[1].split(", ")
    assert {name.split("-")[0] for name in named} >= {"clip", "frame", "foreground", "combination", "rejection"}
    assert bgrsr("explain", named[0], "-w", finished).returncode == 0
    several = bgrsr("explain", "foreground-", "-w", finished)
    assert several.returncode == 2
    assert "give more of it" in several.stderr


def test_options_that_are_not_given_stay_as_they_were_last_run(workspace: Path) -> None:
    def options() -> dict[str, Any]:
        ledger = Ledger(workspace / "ledger.sqlite")
        kept: dict[str, Any] = json.loads(ledger.options("combine") or "{}")
        ledger.close()
        return kept

    assert options()["per_foreground"] == 4
    assert told("combine", "--seed", 7, "-w", workspace)["done"] == 1
    assert (options()["per_foreground"], options()["seed"]) == (4, 7)
    assert told("combine", "--per-foreground", 2, "-w", workspace)["done"] == 1
    assert (options()["per_foreground"], options()["seed"]) == (2, 7)
    assert told("combine", "-w", workspace)["done"] == 0


def test_a_number_that_was_given_is_taken_away_by_the_word_none(workspace: Path) -> None:
    def combinations() -> int:
        ledger = Ledger(workspace / "ledger.sqlite")
        count = len(ledger.rows(Combination))
        ledger.close()
        return count

    whole = combinations()
    assert told("combine", "--budget", 3, "-w", workspace)["done"] == 1
    assert combinations() <= 3 < whole
    assert told("combine", "--budget", "none", "-w", workspace)["done"] == 1
    assert combinations() == whole
    refused = bgrsr("combine", "--budget", "few", "-w", workspace)
    assert refused.returncode == 2
    assert "'few' is no whole number, nor the word none" in " ".join(refused.stderr.split())


def test_a_broken_pipe_is_silent(finished: Path) -> None:
    import shlex
    import subprocess

    from small import calm, command

    line = f"{shlex.join(command('status', '-w', finished))} | head -0"
    ended = subprocess.run(["bash", "-c", line], check=False, capture_output=True, text=True, env=calm())
    assert (ended.stdout, ended.stderr) == ("", "")
