"""Versions: what was published stays, and what became of it is explained."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from small import bgrsr

from bgrsr_data.errors import InputError
from bgrsr_data.export.diff import Change, count_causes, diff_versions
from bgrsr_data.export.publish import Publish, PublishOptions
from bgrsr_data.export.versions import find_version, holding, version_named, versions
from bgrsr_data.ledger import Done
from bgrsr_data.manifests import FILES, manifest_path
from bgrsr_data.records import Background, Combination, Foreground, Frame, Record, RejectionRow, Verdict
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

STAGE = Publish(PublishOptions())


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(tmp_path / "workspace")
    yield made
    made.close()


def frame(name: str) -> Frame:
    return Frame(
        id=f"frame-{name}", clip=f"clip-{name}", role="greenscreen", person=name, path="frames/x.png", sha256=name,
        width=1, height=1, pts=0, time_base=1, dhash="0", sharpness=1, sharpness_ratio=1,  # type: ignore[arg-type]
    )  # fmt: skip


def foreground(name: str, score: float = 0.6) -> Foreground:
    return Foreground(
        id=f"foreground-{name}", clip=f"clip-{name}", original=f"frame-{name}", person=name, alpha_path="a.png",
        foreground_path="f.png", sha256=name, width=1, height=1, box_left=0, box_top=0, box_right=1, box_bottom=1,
        score=score, scores={},
    )  # fmt: skip


def background(name: str) -> Background:
    return Background(
        id=f"background-{name}", clip=f"clip-{name}", place=name, path="b.png", sha256=name, width=1, height=1
    )


def combination(name: str, of: str) -> Combination:
    return Combination(
        id=f"combination-{name}", foreground=f"foreground-{of}", original_background="background-x",
        target_background="background-y", split="train", zoom=1, left=0, top=0, flip=False, noise=0, seed=0,
    )  # fmt: skip


def publish(place: Workspace, **rows: list[Record]) -> None:
    for stage, some in rows.items():
        place.ledger.commit(Done(stage, "all", "", "done"), some)
    assert run_stage(STAGE, place).errors == {}


def whole_set(place: Workspace) -> None:
    publish(
        place,
        frames=[frame("ada"), frame("bob"), background("x"), background("y")],
        key=[foreground("ada"), foreground("bob")],
        combine=[combination("1", "ada"), combination("2", "ada"), combination("3", "bob")],
    )


def changes(place: Workspace) -> list[Change]:
    return diff_versions(find_version(place.root, "v1"), find_version(place.root, "last"))


def test_the_same_set_published_twice_is_one_version(place: Workspace) -> None:
    whole_set(place)
    run_stage(STAGE, place)
    (only,) = versions(place.root)
    assert (only.name, only.rows["combinations"], only.rows["foregrounds"]) == ("v1", 3, 2)


def test_a_version_stays_byte_for_byte_when_the_set_moves_on(place: Workspace) -> None:
    whole_set(place)
    before = {path.name: path.read_bytes() for path in find_version(place.root, "v1").iterdir()}
    assert before["combinations.parquet"] == manifest_path(place.root, Combination).read_bytes()
    publish(place, combine=[combination("1", "ada")])
    assert [version.name for version in versions(place.root)] == ["v1", "v2"]
    assert {path.name: path.read_bytes() for path in find_version(place.root, "v1").iterdir()} == before
    papers = {"DATASHEET.md", "ATTRIBUTION.txt", "licences.md", "licences.csv", "licences.parquet"}
    assert before.keys() == {f"{name}.parquet" for name in FILES.values()} | {"version.json"} | papers


def test_a_version_is_found_by_number_by_hash_and_as_the_last(place: Workspace) -> None:
    whole_set(place)
    publish(place, combine=[combination("1", "ada")])
    first, last = versions(place.root)
    assert find_version(place.root, first.content[:8]).name == "v1"
    assert find_version(place.root, "last").name == last.name == "v2"
    with pytest.raises(InputError, match="no version is called so; there are: v1, v2"):
        find_version(place.root, "v7")


def test_a_hash_names_the_last_version_of_its_set_and_two_sets_are_asked_about(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_set(place)
    publish(place, combine=[combination("1", "ada")])
    whole_set(place)
    first, second, third = versions(place.root)
    assert first.content == third.content != second.content
    assert version_named(place.root, first.content[:8]).name == "v3"
    monkeypatch.setattr("bgrsr_data.export.versions._begins", lambda *_: True)
    with pytest.raises(InputError, match="abcd: begins the hashes of v1, v2, v3; give more of it"):
        version_named(place.root, "abcd")


def test_what_diff_cannot_compare_is_said_in_one_line(place: Workspace) -> None:
    whole_set(place)
    publish(place, combine=[combination("1", "ada")])
    for words, line in (
        (("v2",), "diff: v2 is the last version; give an earlier one, or publish again"),
        (("v1", "v1"), "diff: v1 and v1 are the same version; give an earlier one, or publish again"),
        (("--rows",), "diff: --rows is told of two versions; name one at least, as: bgrsr diff v1 --rows"),
    ):
        ended = bgrsr("diff", *words, "-w", place.root)
        assert (ended.returncode, ended.stderr) == (2, f"bgrsr: {line}\n")


def test_a_set_that_was_never_published_says_how(place: Workspace) -> None:
    with pytest.raises(InputError, match="publish with: bgrsr publish"):
        find_version(place.root, "last")


def test_a_publication_killed_before_its_version_is_kept_is_kept_by_the_next(place: Workspace) -> None:
    place.ledger.commit(Done("key", "all", "", "done"), [foreground("ada")])
    unfinished = Publish(PublishOptions())
    unfinished.finish = lambda root: None  # type: ignore[method-assign]
    run_stage(unfinished, place)
    half = place.root / "versions" / ".v1.part"
    half.mkdir(parents=True)
    (half / "clips.parquet").write_bytes(b"half")
    assert versions(place.root) == []
    assert run_stage(STAGE, place).worked == 0
    assert [version.name for version in versions(place.root)] == ["v1"]
    assert not half.exists()


def test_one_rejected_foreground_explains_its_combinations(place: Workspace) -> None:
    whole_set(place)
    said = Verdict(
        id="verdict-1", row="foreground-ada", row_content=foreground("ada").content, verdict="reject", reviewer="Eve",
        note="green hair", at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    place.ledger.add_verdicts([said])
    publish(place, combine=[combination("3", "bob")])
    assert count_causes(changes(place)) == {
        ("combination", "gone", "foreground-ada: Eve rejected it (green hair)"): 2,
    }


def test_a_frame_that_a_stage_rejects_explains_all_that_was_made_of_it(place: Workspace) -> None:
    whole_set(place)
    refused = RejectionRow(id="rejection-1", stage="key", item="frame-ada", reason="poor-key", detail="hair")
    publish(place, key=[foreground("bob"), refused], combine=[combination("3", "bob")])
    assert count_causes(changes(place)) == {
        ("combination", "gone", "frame-ada: key: poor-key"): 2,
        ("foreground", "gone", "frame-ada: key: poor-key"): 1,
    }


def test_a_new_person_explains_what_came(place: Workspace) -> None:
    whole_set(place)
    rows = [frame("ada"), frame("bob"), frame("cy"), background("x"), background("y")]
    publish(
        place,
        frames=rows,
        key=[foreground("ada"), foreground("bob"), foreground("cy")],
        combine=[*(combination(*pair) for pair in ("1 ada", "2 ada", "3 bob", "4 cy") for pair in [pair.split()])],
    )
    found = {(change.kind, change.what): change.why for change in changes(place)}
    assert found == {
        ("frame", "added"): "made with other options",
        ("foreground", "added"): "frame-cy is new",
        ("combination", "added"): "foreground-cy is new",
    }


def test_what_was_made_anew_says_what_of_it_is_another(place: Workspace) -> None:
    whole_set(place)
    publish(place, key=[foreground("ada", score=0.71), foreground("bob")])
    (change,) = changes(place)
    assert (change.kind, change.what, change.fields) == ("foreground", "changed", ["score 0.6 → 0.71"])


def test_versions_that_tell_of_a_source_are_found(place: Workspace) -> None:
    whole_set(place)
    refused = RejectionRow(id="rejection-1", stage="fetch", item="source-1", reason="gone", detail="404")
    publish(place, fetch=[refused])
    assert {path.parent.name for path in holding(place.root, {"source-1"})} == {"v2"}
    assert holding(place.root, {"source-2"}) == []


def test_a_version_whose_rows_were_forgotten_keeps_its_number(place: Workspace) -> None:
    whole_set(place)
    for path in find_version(place.root, "v1").glob("*.parquet"):
        path.unlink()
    with pytest.raises(InputError, match="its rows are deleted"):
        find_version(place.root, "v1")
    publish(place, combine=[combination("1", "ada")])
    assert [version.name for version in versions(place.root)] == ["v1", "v2"]


def test_a_damaged_version_is_named(place: Workspace) -> None:
    whole_set(place)
    (place.root / "versions" / "v1" / "version.json").write_text(json.dumps({"name": "v1"}))
    with pytest.raises(InputError, match=r"version\.json: is missing or damaged"):
        versions(place.root)


def test_other_options_are_named_as_the_cause_also_of_what_was_made_of_it(place: Workspace) -> None:
    place.ledger.set_options("key", json.dumps({"edge_px": 2, "despill": True}))
    whole_set(place)
    place.ledger.set_options("key", json.dumps({"edge_px": 3, "despill": True}))
    publish(place, key=[foreground("ada", score=0.71)], combine=[combination("1", "ada"), combination("2", "ada")])
    assert count_causes(changes(place)) == {
        ("combination", "gone", "key: edge_px 2 → 3"): 1,
        ("foreground", "changed", "key: edge_px 2 → 3"): 1,
        ("foreground", "gone", "key: edge_px 2 → 3"): 1,
    }


def test_a_combination_that_is_planned_otherwise_names_the_option(place: Workspace) -> None:
    place.ledger.set_options("combine", json.dumps({"per_foreground": 2}))
    whole_set(place)
    place.ledger.set_options("combine", json.dumps({"per_foreground": 1}))
    publish(place, combine=[combination("1", "ada"), combination("3", "bob")])
    assert count_causes(changes(place)) == {("combination", "gone", "combine: per_foreground 2 → 1"): 1}


def test_pairs_of_what_was_made_anew_go_and_come_with_it(place: Workspace) -> None:
    whole_set(place)
    publish(
        place,
        key=[foreground("ada", score=0.71), foreground("bob")],
        combine=[combination("4", "ada"), combination("2", "ada"), combination("5", "bob")],
    )
    causes = {change.id: change.why for change in changes(place)}
    assert causes == {
        "foreground-ada": "made anew from the same",
        "combination-1": "what it is made of was made anew",
        "combination-4": "what it is made of was made anew",
        "combination-3": "planned otherwise",
        "combination-5": "planned otherwise",
    }


def test_a_version_from_before_options_were_kept_is_compared_without(place: Workspace) -> None:
    whole_set(place)
    about = place.root / "versions" / "v1" / "version.json"
    told = json.loads(about.read_text())
    del told["options"]
    about.write_text(json.dumps(told))
    place.ledger.set_options("combine", json.dumps({"per_foreground": 1}))
    publish(place, combine=[combination("1", "ada"), combination("3", "bob")])
    assert count_causes(changes(place)) == {("combination", "gone", "planned otherwise"): 1}


def test_a_version_of_which_a_source_was_forgotten_is_compared_by_counts(place: Workspace) -> None:
    whole_set(place)
    publish(place, combine=[combination("1", "ada")])
    for path in find_version(place.root, "v1").glob("*.parquet"):
        path.unlink()
    ended = bgrsr("diff", "v1", "v2", "-w", place.root, "--json")
    assert ended.returncode == 0, ended.stderr
    counts = {line["rows of"]: (line["v1"], line["v2"]) for line in json.loads(ended.stdout)["counts"]}
    assert counts["combinations"] == (3, 1)
    assert "rows are deleted" in bgrsr("diff", "v1", "-w", place.root).stdout
