"""The datasheet says what the rows say, asks what they do not, and lies beside every version and export."""

from __future__ import annotations

import math
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from small import bgrsr

from bgrsr_data.errors import InputError
from bgrsr_data.export.answers import FILE, QUESTIONS, ask, read_answers
from bgrsr_data.export.balance import balances, effective_number, verdicts
from bgrsr_data.export.datasheet import DATASHEET, document_version
from bgrsr_data.export.hand_over import hand_over
from bgrsr_data.export.options import ExportOptions
from bgrsr_data.export.rights import Rights
from bgrsr_data.export.versions import versions
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.records import Background, Combination, Foreground


@pytest.fixture
def workspace(finished: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "a set"))


def sheet_of(root: Path) -> str:
    return (root / "versions" / versions(root)[-1].name / DATASHEET).read_text()


def number_beside(what: str, sheet: str) -> int:
    (found,) = re.findall(rf"^\| {re.escape(what)} \| ([\d,]+) \|$", sheet, re.MULTILINE)
    return int(found.replace(",", ""))


def test_publishing_writes_the_papers_beside_the_manifests_and_asks_what_no_row_tells(finished: Path) -> None:
    folder = finished / "versions" / "v1"
    assert {path.name for path in folder.iterdir()} >= {DATASHEET, "licences.csv", "licences.md", "ATTRIBUTION.txt"}
    assert yaml.safe_load((finished / FILE).read_text()) == {question.key: "" for question in QUESTIONS}
    sheet = sheet_of(finished)
    assert sheet.count("**To be answered:**") == len(QUESTIONS)
    assert f"{len(QUESTIONS)} questions are open" in sheet


def test_the_command_says_where_the_papers_are_and_how_many_questions_wait(workspace: Path) -> None:
    told = bgrsr("publish", "-w", workspace)
    assert f"{DATASHEET}, licences and credits beside it; {len(QUESTIONS)} questions" in told.stderr
    assert not bgrsr("publish", "-w", workspace, "--json").stderr.startswith("papers")


def test_the_card_of_the_hub_names_the_strictest_licence_and_the_papers(workspace: Path, tmp_path: Path) -> None:
    hand_over(workspace, tmp_path / "out", "huggingface", ExportOptions(size=(32, 24), limit=4))
    card = yaml.safe_load((tmp_path / "out" / "README.md").read_text().split("---")[1])
    assert card["license"] == "cc0-1.0"  # all of the small set is CC0 or in the public domain
    assert DATASHEET in (tmp_path / "out" / "README.md").read_text()


def test_every_count_is_that_of_the_rows(finished: Path) -> None:
    sheet = sheet_of(finished)
    rows = read_rows(manifest_path(finished, Combination), Combination)
    shown = {row.foreground for row in rows}
    cut = [row for row in read_rows(manifest_path(finished, Foreground), Foreground) if row.id in shown]
    assert number_beside("combinations (training pairs)", sheet) == len(rows)
    assert number_beside("persons", sheet) == len({row.person for row in cut})
    assert number_beside("of these keyed from a screen", sheet) == sum(row.screen is not None for row in cut)
    for split, count in Counter(row.split for row in rows).items():
        assert f"| {split} | {count:,} |" in sheet
    rights = Rights.read(finished)
    sources = {clip.source for row in rows for clip in rights.parts(row)}
    assert len(re.findall(r"^\| .* \| (?:greenscreen|coco|background) \|", sheet, re.MULTILINE)) == len(sources)
    assert "| frames |" in sheet
    assert "per_second 13" in sheet


def test_no_name_of_a_person_and_no_word_of_consent_is_made_up(finished: Path) -> None:
    sheet = sheet_of(finished)
    people = {row.person for row in read_rows(manifest_path(finished, Foreground), Foreground)}
    counted = sheet.split("## Collection")[0]
    assert not [person for person in people if person in counted]
    assert [line for line in sheet.splitlines() if "consent" in line.lower()] == [
        "**Did they consent, to what exactly, and how can they withdraw?**",
        f"> **To be answered:** write it as `consent` in `{FILE}`.",
    ]


def test_answers_come_into_the_sheet_and_stay_when_it_is_written_again(workspace: Path) -> None:
    path = workspace / FILE
    path.write_text(path.read_text().replace('funding: ""', 'funding: "Nobody."') + "camera: [A, B]\n")
    before = path.read_bytes()
    assert [one.name for one in document_version(workspace, versions(workspace)[-1])] == [DATASHEET]
    sheet = sheet_of(workspace)
    assert "Nobody." in sheet
    assert "**camera**: A, B" in sheet
    assert sheet.count("**To be answered:**") == len(QUESTIONS) - 1
    assert document_version(workspace, versions(workspace)[-1]) == []
    assert not ask(workspace)
    assert path.read_bytes() == before


@pytest.mark.parametrize(("written", "said"), [("a: [", "line 1: is no YAML"), ("- a", "holds no answers")])
def test_answers_that_cannot_be_read_are_told_with_their_file(tmp_path: Path, written: str, said: str) -> None:
    (tmp_path / FILE).write_text(written)
    with pytest.raises(InputError, match=rf"{FILE}: {said}"):
        read_answers(tmp_path)


def test_an_export_of_a_part_has_a_sheet_of_that_part(workspace: Path, tmp_path: Path) -> None:
    told = ExportOptions(licence=("any",), split=("test",), size=(32, 24))
    handed = hand_over(workspace, tmp_path / "out", "croissant", told)
    sheet = (tmp_path / "out" / DATASHEET).read_text()
    assert number_beside("combinations (training pairs)", sheet) == handed.combinations
    assert "| train |" not in sheet
    assert f"  {DATASHEET}\n" in (tmp_path / "out" / "SHA256SUMS").read_text()


def test_what_is_forgotten_leaves_the_papers_too(workspace: Path) -> None:
    named = re.findall(r"^\| (\S+) \| greenscreen \|", sheet_of(workspace), re.MULTILINE)
    told = bgrsr("forget", named[0], "--yes", "-w", workspace)
    assert told.returncode == 0, told.stderr
    left = [path for path in (workspace / "versions").rglob("*") if path.is_file()]
    assert not [path for path in left if path.suffix in (".md", ".csv", ".txt") and named[0] in path.read_text()]


def test_the_effective_number_is_the_count_of_what_is_even_and_one_of_what_is_not() -> None:
    assert effective_number([7, 7, 7, 7]) == pytest.approx(4)
    assert effective_number([1000, 0, 0]) == 1
    assert effective_number([]) == 0
    assert effective_number([1, 3]) == pytest.approx(math.exp(0.25 * math.log(4) + 0.75 * math.log(4 / 3)))


def pair(number: int, person: str, *, split: str = "test", places: tuple[str, str] = ("x", "y")) -> Combination:
    return Combination(
        id=f"combination-{number}", foreground=f"foreground-{person}", original_background=f"background-{places[0]}",
        target_background=f"background-{places[1]}", split=split, zoom=1, left=0, top=0, flip=False, noise=0, seed=0,
    )  # fmt: skip


def cut(person: str) -> Foreground:
    return Foreground(
        id=f"foreground-{person}", clip=f"clip-{person}", original="frame", person=person, alpha_path="a.png",
        foreground_path="f.png", sha256=person, width=1, height=1, box_left=0, box_top=0, box_right=1, box_bottom=1,
        score=1, scores={},
    )  # fmt: skip


def room(place: str) -> Background:
    return Background(id=f"background-{place}", clip="c", place=place, path="b.png", sha256="0", width=1, height=1)


def test_who_is_in_most_pairs_is_told_in_plain_words() -> None:
    rows = [pair(n, "ada" if n < 9 else "bob") for n in range(10)]
    found = balances(rows, [cut("ada"), cut("bob")], [room("x"), room("y")])
    (person,) = [one for one in found if one.what == "person" and one.where == "test"]
    assert (person.count, person.most, person.shares) == (2, 9, (0.9, 0.1))
    assert verdicts(found) == [
        "9 of 10 test pairs show one person",
        "test shows 2 persons: how others fare is not known from it",
        "test shows 2 places: how others fare is not known from it",
    ]


def test_an_even_set_of_many_is_passed_over_in_silence() -> None:
    people, places = "abcdefgh", "pqrstu"
    rows = [pair(n, people[n % 8], places=(places[n % 6], places[(n + 1) % 6])) for n in range(48)]
    found = balances(rows, [cut(person) for person in people], [room(place) for place in places])
    assert verdicts(found) == []
    assert {(one.what, round(one.effective, 6)) for one in found if one.where == "all"} == {
        ("person", 8), ("clip", 8), ("place", 6)
    }  # fmt: skip


def test_many_of_whom_few_are_shown_often_count_as_few() -> None:
    rows = [pair(n, "abcdef"[max(0, n - 15)]) for n in range(21)]
    found = balances(rows, [cut(person) for person in "abcdef"], [room("x"), room("y")])
    assert "the 6 persons of test are as diverse as 2.5 shown equally often" in verdicts(found)
