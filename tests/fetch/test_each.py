"""Folders of several people: a source, a person and hence a lot in the split for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.command import sources_of
from bgrsr_data.fetch.sources import check_sources, read_sources
from bgrsr_data.records import Source


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """ada/one.mp4, ada/far/two.mp4 and "Jürgen Groß/take 1.mov", beside them what is no footage, and a workspace."""
    folder = tmp_path / "people"
    for name in ("ada/one.mp4", "ada/far/two.mp4", "Jürgen Groß/take 1.mov", "set/clips/x.mp4"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "set" / "ledger.sqlite").touch()
    (folder / "notes").mkdir()
    (folder / "notes" / "who.txt").write_text("ada, Jürgen")
    (folder / "README.md").write_text("clips")
    return folder


def persons(target: Path, person: str, role: str = "greenscreen") -> dict[str, str]:
    """Where each person's source is, below the target."""
    sources = sources_of(str(target), {"role": role, "person": person})
    return {str(source.person): str(Path(str(source.path)).relative_to(target)) for source in sources}


def test_each_sub_folder_is_a_person_and_a_source_of_that_name(people: Path) -> None:
    sources = sources_of(str(people), {"role": "greenscreen", "person": "{folder}", "source_licence": "CC0-1.0"})
    assert {(s.name, s.person, s.path) for s in sources} == {
        (name, name, str(people / name)) for name in ("ada", "Jürgen Groß")
    }
    assert {s.licence for s in sources} == {"CC0-1.0"}
    assert len({s.id for s in sources}) == 2


def test_each_file_is_a_person_where_files_are_asked_for(people: Path) -> None:
    found = persons(people / "ada", "{file}")
    assert found == {"one": "one.mp4", "two": "far/two.mp4"}
    assert persons(people / "ada", "studio {folder}-{file}") == {
        "studio ada-one": "one.mp4", "studio far-two": "far/two.mp4"
    }  # fmt: skip


def test_a_folder_of_one_person_is_named_after_itself(people: Path) -> None:
    assert persons(people / "Jürgen Groß", "{folder}") == {"Jürgen Groß": "."}
    (one,) = sources_of(str(people / "ada" / "one.mp4"), {"role": "greenscreen", "person": "{folder}"})
    assert one.person == "ada"


def test_footage_beside_the_sub_folders_is_nobody_s(people: Path) -> None:
    (people / "intro.mp4").touch()
    with pytest.raises(InputError, match=r"people: intro\.mp4 lies beside the sub-folders; put it into the folder of"):
        persons(people, "{folder}")


@pytest.mark.parametrize(
    ("target", "person", "what"),
    [
        ("people", "{folders}", r"person: \{folders\} is unknown; did you mean '\{folder\}'\?"),
        ("https://example.org/a.mp4", "{folder}", r"person: \{folder\} is for files and folders on this machine"),
    ],
)
def test_braces_that_mean_nothing_are_refused(people: Path, target: str, person: str, what: str) -> None:
    place = target if "://" in target else str(people)
    with pytest.raises(InputError, match=what):
        sources_of(place, {"role": "greenscreen", "person": person})


LIST = """\
sources:
  - {name: studio, role: greenscreen, path: people, licence: CC0-1.0, creator: me, person: "%s"}
"""


def test_a_list_says_it_too_and_its_ids_move_with_it(people: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.yaml"
    listed.write_text(LIST % "{folder}")
    before: list[Source] = read_sources(listed)
    assert sorted(str(source.person) for source in before) == ["Jürgen Groß", "ada"]
    (tmp_path / "moved").mkdir()
    people.rename(tmp_path / "moved" / "people")
    after = read_sources(listed.rename(tmp_path / "moved" / "list.yaml"))
    assert [source.id for source in after] == [source.id for source in before]


def test_a_list_that_names_each_wrongly_is_told_with_its_line(people: Path, tmp_path: Path) -> None:
    listed = tmp_path / "list.yaml"
    listed.write_text(LIST % "{name}")
    sources, mistakes = check_sources(listed)
    assert not sources
    assert [(m.line, m.what) for m in mistakes] == [(2, "person: {name} is unknown; known are {folder}, {file}")]
