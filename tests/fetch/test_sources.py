"""Source lists: what is read, and where a mistake is said to be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.fetch.entries import schema
from bgrsr_data.fetch.sources import check_sources, is_url, read_sources, sources_from_argument

MANIFESTS = Path(__file__).parents[2] / "manifests"
GOOD = """\
sources:
  - name: talk
    role: talking-head
    url: https://example.org/talk.mp4
    licence: CC-BY-4.0
    creator: Example
    yt_dlp: {sleep_interval: 3, cookiefile: cookies.txt}
  - name: room
    role: background
    path: room
    licence: unknown
    creator: me
"""


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "room").mkdir()

    def write_list(text: str) -> Path:
        path = tmp_path / "list.yaml"
        path.write_text(text)
        return path

    return write_list


def test_a_list_becomes_rows_with_absolute_paths(write, tmp_path: Path) -> None:
    talk, room = read_sources(write(GOOD))
    assert (talk.name, talk.role, talk.url, talk.path) == (
        "talk", "talking-head", "https://example.org/talk.mp4", None,
    )  # fmt: skip
    assert talk.yt_dlp == {"sleep_interval": 3, "cookiefile": str(tmp_path / "cookies.txt")}
    assert (room.path, room.licence) == (str(tmp_path / "room"), "unknown")


def test_home_is_expanded(write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_sources(write(GOOD.replace("path: room", "path: ~/room")))[1].path == str(tmp_path / "room")


def test_an_id_stays_when_licence_or_name_is_corrected_and_changes_with_role_and_place(write) -> None:
    before = read_sources(write(GOOD))[0]
    corrected = read_sources(write(GOOD.replace("CC-BY-4.0", "CC0-1.0").replace("name: talk", "name: speech")))[0]
    assert corrected.id == before.id
    assert corrected.content != before.content
    assert read_sources(write(GOOD.replace("talking-head", "greenscreen")))[0].id != before.id
    assert read_sources(write(GOOD.replace("talk.mp4", "other.mp4")))[0].id != before.id


@pytest.mark.parametrize(
    ("wrong", "right", "line", "says"),
    [
        ("    role: talking-head", "    role: [talking-head", 4, "not valid YAML"),
        ("    licence: CC-BY-4.0", "    license: CC-BY-4.0", 2, "'licence' is missing; write 'unknown'"),
        ("    creator: Example", "    creator: Example\n    persn: a", 7, "did you mean 'person'?"),
        ("    creator: Example", "    creator: Example\n    zzz: a", 7, "unknown key 'zzz'; known are name, role"),
        ("    creator: Example\n", "", 2, "'creator' is missing"),
        ("    creator: Example", "    creator: 7", 6, "'creator' must be text, not 7"),
        ("    creator: Example", "    creator: ''", 6, "at least 1 character"),
        ("    creator: Example", "    creator: Example\n    max_samples: 0", 7, "'max_samples'"),
        ("    role: talking-head", "    role: talker", 3, "'role'"),
        ("    url: https://example.org/talk.mp4\n", "", 2, "needs a url or a path"),
        ("    url: https", "    path: room\n    url: https", 2, "both a url and a path"),
        ("    path: room", "    path: rooms", 10, "path does not exist"),
        ("    path: room", "    path: room\n    annotations: no.json", 8, "role coco goes with annotations"),
        ("  - name: room", "  - name: talk", 8, "the name 'talk' is given to two sources"),
        ("    path: room", "    path: room\n    path: room", 11, "'path' is given twice"),
        ("sources:", "source:", 1, "unknown key 'source'; did you mean 'sources'?"),
        ("    yt_dlp: {sleep_interval: 3", "    yt_dlp: {outtmpl: x", 2, "outtmpl is set by bgrsr"),
        ("  - name: room", "  - room\n  - name: room", 8, "an entry must be keys with values"),
        (
            "    creator: Example",
            "    creator: Example\n    sections: [01:35-00:20]",
            7,
            "'01:35-00:20' ends before it begins",
        ),
        (
            "    creator: Example",
            "    creator: Example\n    sections:\n    - 00:10-00:20\n    - soon",
            9,
            "'soon' is no section",
        ),
        (
            "    creator: Example",
            "    creator: Example\n    sections:\n    - 08:10-08:30\n    - 00:33-08:53",
            9,
            "section '00:33-08:53' begins before '08:10-08:30' ends",
        ),
        ("    creator: Example", "    creator: Example\n    sections: 00:10-00:20", 7, "'sections'"),
        ("talk.mp4", "talk.jpg\n    sections: [00:10-00:20]", 2, "sections are for videos"),
        ("    creator: Example", "    creator: Example\n    categories: [laptop]", 2, "categories are those of COCO"),
        ("    yt_dlp: {sleep_interval: 3", "    yt_dlp: {download_ranges: x", 2, "download_ranges is set by bgrsr"),
    ],
)
def test_a_mistake_is_told_with_its_line(write, wrong: str, right: str, line: int, says: str) -> None:
    assert wrong in GOOD
    path = write(GOOD.replace(wrong, right, 1))
    with pytest.raises(InputError) as caught:
        read_sources(path)
    told = str(caught.value)
    assert told.startswith(f"{path}, line {line}: "), told
    assert says in told
    assert "\n" not in told


def test_sections_reach_the_row_as_they_are_written_and_change_no_id(write) -> None:
    cut = GOOD.replace("    creator: Example", "    creator: Example\n    sections: [00:20-01:35, 1:01:00-1:02:00.5]")
    talk, room = read_sources(write(cut))
    assert talk.sections == ["00:20-01:35", "1:01:00-1:02:00.5"]
    assert room.sections == []
    assert talk.id == read_sources(write(GOOD))[0].id


def test_all_mistakes_are_found_and_the_right_entries_are_read(write) -> None:
    wrong = GOOD.replace("creator: Example", "creator: 7\n    person: [1]").replace("path: room", "path: rooms")
    wrong += "  - {name: right, role: background, url: 'https://example.org/a', licence: CC0-1.0, creator: me}\n"
    wrong += "  - {name: right, role: background, url: 'https://example.org/b', licence: CC0, creator: me, name: x}\n"
    sources, mistakes = check_sources(write(wrong))
    assert [source.name for source in sources] == ["right", "x"]
    assert [mistake.line for mistake in mistakes] == [6, 7, 11, 15]
    assert "'creator' must be text" in mistakes[0].what


def test_a_moved_list_gives_the_same_ids(tmp_path: Path) -> None:
    ids = []
    for place in ("here", "there"):
        (tmp_path / place / "room").mkdir(parents=True)
        (tmp_path / place / "list.yaml").write_text(GOOD)
        ids.append([source.id for source in read_sources(tmp_path / place / "list.yaml")])
    assert ids[0] == ids[1]


def test_the_same_footage_written_in_another_way_is_refused(write, tmp_path: Path) -> None:
    entry = "  - {{name: again, role: background, path: {}, licence: unknown, creator: me}}\n"
    for way in ("./room", "room/../room", str(tmp_path / "room")):
        with pytest.raises(InputError, match=r"line 13: is the same footage as 'room'"):
            read_sources(write(GOOD + entry.format(way)))


def test_the_same_footage_twice_is_refused(write) -> None:
    again = GOOD + GOOD.removeprefix("sources:\n").split("  - name: room")[0].replace("name: talk", "name: again")
    with pytest.raises(InputError, match=r"line 15: is the same footage as 'talk'"):
        read_sources(write(again))
    cut = again.replace("again\n", "again\n    sections: [00:01-00:02]\n")
    with pytest.raises(InputError, match=r"put all sections into one entry"):
        read_sources(write(cut))


@pytest.mark.parametrize(
    ("text", "says"), [("", "must begin with"), ("- a", "must begin with"), ("sources: 3", "a list")]
)
def test_what_is_no_list_of_sources_is_told(write, text: str, says: str) -> None:
    with pytest.raises(InputError, match=f"line 1: .*{says}"):
        read_sources(write(text))


def test_a_missing_or_binary_list_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_sources(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"sources:\n  - name: \xff\n")
    with pytest.raises(InputError, match="line 2: is not UTF-8"):
        read_sources(tmp_path / "binary.yaml")
    (tmp_path / "control.yaml").write_bytes(b"sources:\n  - name: \x01\n")
    with pytest.raises(InputError, match="is not valid YAML"):
        read_sources(tmp_path / "control.yaml")


def test_an_argument_becomes_a_source(tmp_path: Path) -> None:
    told = {"licence": "unknown", "creator": "me"}
    (remote,) = sources_from_argument("https://example.org/a.mp4", role="greenscreen", **told)
    assert (remote.url, remote.path, remote.name) == ("https://example.org/a.mp4", None, "example.org/a.mp4")
    (local,) = sources_from_argument(str(tmp_path), role="background", person="p", **told)
    assert (local.path, local.person) == (str(tmp_path), "p")
    with pytest.raises(InputError, match="does not exist"):
        sources_from_argument(str(tmp_path / "none.mp4"), role="background", **told)
    with pytest.raises(InputError, match="is a folder; say where the JSON of its images is with --annotations"):
        sources_from_argument(str(tmp_path), role="coco", **told)


@pytest.mark.parametrize(
    ("target", "remote"),
    [
        ("https://example.org/a", True),
        ("ytsearch3:green screen", True),
        ("a.mp4", False),
        ("/x/a:b.mp4", False),
        ("C:", False),
    ],
)
def test_a_url_is_told_from_a_file(target: str, remote: bool) -> None:
    assert is_url(target) is remote


def test_the_committed_schema_is_the_schema() -> None:
    assert json.loads((MANIFESTS / "schema.json").read_text()) == schema()


@pytest.mark.parametrize("name", ["talking-head", "greenscreen", "background", "coco"])
def test_a_template_is_empty_and_its_example_is_right(name: str, tmp_path: Path) -> None:
    text = (MANIFESTS / f"{name}.yaml").read_text()
    assert read_sources(MANIFESTS / f"{name}.yaml") == []
    example = text[text.index("# sources:") : text.index("\nsources: []")]
    lines = [line.removeprefix("# ").removeprefix("#") for line in example.splitlines()]
    local = "\n".join(lines).replace("../", "./").replace("~/recordings", "./recordings")
    for folder in ("recordings/calls", "footage/living-room", "coco/annotations", "coco/val2017"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("footage/ben.mov", "coco/annotations/instances_val2017.json"):
        (tmp_path / file).touch()
    (tmp_path / "list.yaml").write_text(local)
    sources = read_sources(tmp_path / "list.yaml")
    assert {source.role for source in sources} == {name}
    addresses = [place for source in sources for place in (source.url, source.annotations) if place and "://" in place]
    assert all("://example.org/" in place for place in addresses)


def test_the_list_of_our_footage_is_right(footage: Path) -> None:
    sources = read_sources(MANIFESTS / "footage.yaml")
    assert {source.role for source in sources} == {"talking-head", "greenscreen", "background", "coco"}
    assert len({source.person for source in sources if source.person}) == 4
