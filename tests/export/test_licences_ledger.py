"""The licence ledger: every picture that is handed on has a line, and nothing of the refused is handed on."""

from __future__ import annotations

import csv
import itertools
import json
import random
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from small import bgrsr

from bgrsr_data.errors import InputError
from bgrsr_data.export.formats.registry import FORMATS
from bgrsr_data.export.hand_over import hand_over
from bgrsr_data.export.licence_table import held, licence_files, licence_lines
from bgrsr_data.export.options import ExportOptions
from bgrsr_data.export.rights import Rights, attribution, choose_licensed, credit
from bgrsr_data.export.terms import NONE, terms_of
from bgrsr_data.licences import canonical
from bgrsr_data.manifests import manifest_path, read_rows, write_rows
from bgrsr_data.records import Clip, Combination

LICENCES = (
    "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-2.0", "CC-BY-NC-2.0", "CC-BY-NC-SA-4.0", "CC-BY-ND-2.0", "unknown", "MIT",
    "youtube-standard", "Pexels License", "something odd",
)  # fmt: skip
SIZE = (32, 24)


@pytest.fixture(scope="module")
def rows(finished: Path) -> list[Combination]:
    return read_rows(manifest_path(finished, Combination), Combination)


def mixed_rights(root: Path, seed: int) -> Rights:
    """The footage of a set under licences drawn at random."""
    rights, draw = Rights.read(root), random.Random(seed)
    clips = {name: clip.model_copy(update={"licence": draw.choice(LICENCES)}) for name, clip in rights.clips.items()}
    return Rights(clips, rights.clip_of)


def licences_of(row: Combination, rights: Rights) -> set[str]:
    return {canonical(clip.licence) for clip in rights.of(row)}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("asked", [("cc-by",), ("cc-by", "cc0", "mit"), ("cc-by-nc", "cc0"), ("pexels", "cc-by-sa")])
def test_a_filter_leaves_none_of_the_refused_and_loses_none_of_the_accepted(
    finished: Path, rows: list[Combination], seed: int, asked: tuple[str, ...]
) -> None:
    rights = mixed_rights(finished, seed)
    accepted = {name for name in map(canonical, LICENCES) for want in asked if _is(name, want)}
    may = [row for row in rows if licences_of(row, rights) <= accepted]
    if not may:
        with pytest.raises(InputError, match="no combination shows footage of"):
            choose_licensed(rows, rights, asked)
        return
    assert choose_licensed(rows, rights, asked) == may


def _is(name: str, want: str) -> bool:
    """By hand: the elements are the same, the version does not matter."""
    return "-".join(part for part in name.lower().split("-") if "." not in part) == want


@pytest.mark.parametrize("seed", range(12))
def test_open_and_any_leave_what_the_licences_themselves_forbid(
    finished: Path, rows: list[Combination], seed: int
) -> None:
    rights = mixed_rights(finished, seed)
    by_any = choose_licensed(rows, rights, ["any"])
    assert {row.id for row in by_any} == {row.id for row in rows if "CC-BY-ND-2.0" not in licences_of(row, rights)}
    free = {"CC0-1.0", "CC-BY-4.0", "CC-BY-SA-2.0", "MIT"}
    if openly := [row for row in rows if licences_of(row, rights) <= free]:
        assert choose_licensed(rows, rights, ["open"]) == openly
    with pytest.raises(InputError, match="may not be handed on without asking"):
        choose_licensed(rows, rights, [])


def test_what_may_not_be_changed_goes_in_no_pair_though_it_is_named(finished: Path, rows: list[Combination]) -> None:
    rights = Rights.read(finished)
    barred = {name: clip.model_copy(update={"licence": "CC-BY-ND-4.0"}) for name, clip in rights.clips.items()}
    with pytest.raises(InputError, match="what is ND may be in no combination"):
        choose_licensed(rows, Rights(barred, rights.clip_of), ["cc-by-nd", "any"])


def test_parts_that_contradict_each_other_go_only_where_they_were_named(
    finished: Path, rows: list[Combination]
) -> None:
    rights = Rights.read(finished)
    alike = {"background": "CC-BY-SA-4.0", "greenscreen": "ODbL-1.0", "coco": "CC0-1.0"}
    clips = {n: clip.model_copy(update={"licence": alike[clip.role]}) for n, clip in rights.clips.items()}
    rights = Rights(clips, rights.clip_of)
    keyed = [row for row in rows if rights.parts(row)[0].role == "greenscreen"]
    assert 0 < len(keyed) < len(rows)
    assert choose_licensed(rows, rights, ["open"]) == [row for row in rows if row not in keyed]
    assert choose_licensed(rows, rights, ["odbl-1.0", "cc-by-sa", "cc0"]) == rows
    lines = {line.id: line for line in licence_lines(rows, rights)}
    assert all(lines[row.id].licence == NONE and "each ask" in lines[row.id].why for row in keyed)


def relicensed(finished: Path, root: Path, by_clip: Callable[[Clip], str]) -> Path:
    shutil.copytree(finished, root)
    path = manifest_path(root, Clip)
    clips = [clip.model_copy(update={"licence": by_clip(clip)}) for clip in read_rows(path, Clip)]
    write_rows(path, Clip, clips)
    return root


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", sorted(FORMATS))
def test_in_no_format_is_there_anything_of_the_refused(finished: Path, tmp_path: Path, form: str) -> None:
    """Neither a row, nor a picture, nor a name of it; in tables that are read, and in any byte that is written."""
    drawn = itertools.cycle(("CC-BY-NC-2.0", "unknown", "CC-BY-ND-2.0", "youtube-standard"))
    root = relicensed(finished, tmp_path / "mixed", lambda c: next(drawn) if c.role == "coco" else "CC-BY-4.0")
    handed = hand_over(root, tmp_path / "out", form, ExportOptions(size=SIZE, licence=("cc-by",)))
    assert handed.left_out > 0
    assert handed.combinations > 0
    rights = Rights.read(root)
    refused = {name for name, clip in rights.clips.items() if clip.role == "coco"}
    refused |= {name for name, clip in rights.clip_of.items() if clip in refused}
    refused |= {
        row.id
        for row in read_rows(manifest_path(root, Combination), Combination)
        if not licences_of(row, rights) <= {"CC-BY-4.0"}
    }
    said = _everything_said(tmp_path / "out")
    assert not {name for name in refused if name in said}


def _everything_said(folder: Path) -> str:
    """Names, text, cells of tables, and members of archives, wherever they lie in a folder."""
    told = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        told.append(path.relative_to(folder).as_posix())
        if path.suffix == ".parquet":
            told.append(json.dumps(pq.read_table(path).to_pylist(), default=str))
        elif path.suffix == ".tar":
            with tarfile.open(path) as tar:
                for member in tar:
                    told += [member.name, (tar.extractfile(member) or path.open("rb")).read().decode("latin-1")]
        else:
            told.append(path.read_bytes().decode("latin-1"))
    return "\n".join(told)


def test_the_table_has_a_line_for_every_picture_that_is_shown(finished: Path, rows: list[Combination]) -> None:
    rights = mixed_rights(finished, 3)
    files = licence_files(rows, rights)
    assert files == licence_files(rows, rights)
    lines = list(csv.DictReader(files["licences.csv"].decode().splitlines()))
    shown = {name for row in rows for name in (row.foreground, row.original_background, row.target_background)}
    assert [line["id"] for line in lines][: len(rows)] == [row.id for row in rows]
    assert {line["id"] for line in lines} == shown | {row.id for row in rows}
    by_id = {line["id"]: line for line in lines}
    for row in rows:
        assert by_id[row.id]["footage"].split("; ") == [clip.id for clip in rights.parts(row)]
    for name in shown:
        clip = rights.clips[rights.clip_of[name]]
        said = by_id[name]
        assert (said["licence"], said["creators"]) == (canonical(clip.licence), clip.creator)
        assert said["commercial"] == {True: "yes", False: "no", None: ""}[terms_of(clip.licence).commercial]


def test_the_three_tables_say_the_same(finished: Path, rows: list[Combination], tmp_path: Path) -> None:
    rights = mixed_rights(finished, 5)
    files = licence_files(rows, rights)
    (tmp_path / "l.parquet").write_bytes(files["licences.parquet"])
    table = pq.read_table(tmp_path / "l.parquet").to_pylist()
    lines = list(csv.DictReader(files["licences.csv"].decode().splitlines()))
    assert [line["id"] for line in table] == [line["id"] for line in lines]
    assert [line["licence"] for line in table] == [line["licence"] for line in lines]
    assert ["; ".join(line["creators"]) for line in table] == [line["creators"] for line in lines]
    page = files["licences.md"].decode()
    for one in held(rows, rights):
        assert one.licence in page
    assert sum(one.result for one in held(rows, rights)) == len(rows)
    assert sum(one.clips for one in held(rows, rights)) == len({c.id for row in rows for c in rights.of(row)})


def test_a_credit_tells_title_maker_source_and_licence_with_its_address(finished: Path) -> None:
    clip = next(iter(Rights.read(finished).clips.values())).model_copy(
        update={
            "title": "A talk", "creator": "Ada", "url": "https://example.org/7", "licence": "CC BY 4.0",
            "attribution": "Film by\nAda",
        }
    )  # fmt: skip
    line = (
        "“A talk” by Ada, https://example.org/7, CC-BY-4.0 (https://creativecommons.org/licenses/by/4.0/) — Film by Ada"
    )
    assert credit(clip) == line
    assert attribution([clip, clip]).count(line) == 1
    assert "was changed" in attribution([clip])


def test_the_command_counts_what_may_go_and_lists_the_footage(finished: Path, rows: list[Combination]) -> None:
    told = bgrsr("licences", "-w", finished, "--json")
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["combinations"] == len(rows)
    assert found["open"] == len(choose_licensed(rows, Rights.read(finished), ["open"]))
    assert sum(one["result"] for one in found["licences"]) == len(rows)
    assert "may go to anybody" in bgrsr("licences", "-w", finished).stdout
    footage = json.loads(bgrsr("licences", "--footage", "-w", finished, "--json").stdout)
    assert len(footage) == len(Rights.read(finished).clips)
