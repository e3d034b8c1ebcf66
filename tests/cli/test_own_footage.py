"""A new user's first commands: what each says of who is seen, of licences, and of what comes next."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from small import bgrsr


@pytest.fixture
def people(make_clip: Callable[..., Path], tmp_path: Path) -> Path:
    """A clip of ada and another of Jürgen, in a folder each."""
    for name, colour in (("ada", "testsrc2"), ("Jürgen Groß", "mandelbrot")):
        clip = make_clip(f"{colour}-own.mp4", "-f", "lavfi", "-i", f"{colour}=size=160x120:rate=25", "-t", "1")
        (tmp_path / "people" / name).mkdir(parents=True)
        shutil.copy(clip, tmp_path / "people" / name / "take 1.mp4")
    return tmp_path / "people"


def test_a_folder_of_people_fetched_as_one_is_told_and_mended_by_saying_it_again(people: Path, tmp_path: Path) -> None:
    place = tmp_path / "my set"
    begun = bgrsr("init", place)
    assert f"bgrsr fetch FOLDER --role background -w '{place}'" in begun.stdout
    assert "there is no source yet" in bgrsr("fetch", "-w", place).stderr
    first = bgrsr("fetch", people, "--role", "greenscreen", "-w", place)
    assert "2 clips count as one person, who is in one split alone; if each sub-folder is a person" in first.stderr
    assert "the licence of 2 clips is unknown, so exports refuse them" in first.stderr

    told = ("--role", "greenscreen", "--person", "{folder}", "--source-licence", "CC-BY-4.0", "-w", place)
    again = bgrsr("fetch", people, *told)
    assert again.stderr.splitlines() == ["2 persons: ada, Jürgen Groß"]
    assert again.stdout == "fetch: 2 clips; 1 item gone\n"
    rows = json.loads(bgrsr("sources", "list", "-w", place, "--json").stdout)
    assert [(row["name"], row["person"], row["licence"], row["clips"]) for row in rows] == [
        ("Jürgen Groß", "Jürgen Groß", "CC-BY-4.0", 1), ("ada", "ada", "CC-BY-4.0", 1)
    ]  # fmt: skip
    one_by_one = bgrsr("fetch", *sorted(people.iterdir()), *told)
    assert one_by_one.stdout == "fetch: up to date (2 items)\n"


def test_status_tells_what_footage_is_lacking_and_then_what_comes_next(people: Path, tmp_path: Path) -> None:
    place = tmp_path / "w"
    bgrsr("init", place)
    fetching = 'bgrsr fetch FOLDER --role greenscreen --person "{folder}"'
    assert bgrsr("status", "-w", place).stdout.splitlines()[-2:] == [
        f"lacking: people (a folder for each person): {fetching} -w {place}",
        f"lacking: pictures of places, two at least: bgrsr fetch FOLDER --role background -w {place}",
    ]
    bgrsr("fetch", people, "--role", "greenscreen", "--person", "{folder}", "-w", place)
    assert bgrsr("status", "-w", place).stdout.splitlines()[-1].startswith("lacking: pictures of places")
    bgrsr("fetch", people, "--role", "background", "--person", "{folder}", "-w", place)
    assert bgrsr("status", "-w", place).stdout.splitlines()[-1] == f"next: bgrsr frames -w {place}"
