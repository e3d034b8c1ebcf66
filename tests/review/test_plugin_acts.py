"""What the buttons do is done by the doors of the command line, told in a line, and taken back as it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from keying.keyed_frames import foreground_ids, key_frames

from bgrsr_data.errors import InputError, LockedError
from bgrsr_data.ledger import Ledger
from bgrsr_data.records import Foreground
from bgrsr_data.review.judge import judge
from bgrsr_data.review.plugin import acts
from bgrsr_data.review.plugin.acts import Acts, Aim, acts_on
from bgrsr_data.workspace import Workspace

if TYPE_CHECKING:
    from .conftest import SmallSet


def at(small_set: SmallSet, *numbers: int) -> Aim:
    """Foregrounds as they are now."""
    seen = {small_set.foregrounds[number].id: small_set.foregrounds[number].content for number in numbers}
    return Aim(small_set.workspace.root, seen)


def said(root: Path) -> list[tuple[str, str, str, str, str]]:
    with closing(Ledger(root / "ledger.sqlite")) as ledger:
        return [(v.row, v.reviewer, v.verdict, v.reason, v.note) for v in ledger.verdicts()]


def test_what_is_said_is_in_the_ledger_and_told(small_set: SmallSet) -> None:
    root = small_set.workspace.root
    told = Acts(root, "Ann").say(at(small_set, 0, 2), "reject", reason="halo", note="at the ear")
    assert (told.line, told.rows, told.rekeyed, told.warning) == (
        "2 rejected", ["foreground-0", "foreground-2"], False, False
    )  # fmt: skip
    assert said(root) == [(row, "Ann", "reject", "halo", "at the ear") for row in told.rows]


def test_undo_gives_back_what_one_had_said_before_and_takes_back_what_was_new(small_set: SmallSet) -> None:
    root = small_set.workspace.root
    judge(root, ["foreground-0"], "reject", reviewer="Ann", reason="halo", note="at the ear")
    judge(root, ["foreground-1"], "accept", reviewer="Bob")
    before, ann = said(root), Acts(root, "Ann")
    ann.say(at(small_set, 0, 1), "accept")
    assert [word for _, who, word, *_ in said(root) if who == "Ann"] == ["accept", "accept"]
    told = ann.undo()
    assert (told.line, told.rows) == ("Undone: 2 pictures as before", ["foreground-0", "foreground-1"])
    assert said(root) == before


def test_acts_are_undone_the_last_first_until_none_is_left(small_set: SmallSet) -> None:
    root, ann = small_set.workspace.root, Acts(small_set.workspace.root, "Ann")
    ann.say(at(small_set, 0), "accept")
    ann.say(at(small_set, 1), "reject")
    assert ann.undo().line == "Undone: 1 picture as before"
    assert [row for row, *_ in said(root)] == ["foreground-0"]
    ann.undo()
    assert said(root) == []
    nothing = ann.undo()
    assert (nothing.line.partition(":")[0], nothing.rows, nothing.warning) == ("Nothing to undo", [], True)


def test_only_so_many_acts_are_remembered(small_set: SmallSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acts, "REMEMBERED", 2)
    ann = Acts(small_set.workspace.root, "Ann")
    for number in range(3):
        ann.say(at(small_set, number), "accept")
    assert [ann.undo().warning for _ in range(3)] == [False, False, True]
    assert [row for row, *_ in said(small_set.workspace.root)] == ["foreground-0"]


def test_what_was_made_anew_since_it_was_seen_is_told_with_a_warning(small_set: SmallSet) -> None:
    aim = at(small_set, 0, 1, 2)
    for number in (0, 1):
        small_set.change(number)
    told = Acts(small_set.workspace.root, "Ann").say(aim, "accept")
    assert told.warning
    assert told.line.startswith("3 accepted. foreground-0: was made anew since it was opened")
    assert told.line.endswith(" (and 1 more)")


def test_undo_says_again_only_what_was_said_of_the_picture_that_is_seen(small_set: SmallSet) -> None:
    root = small_set.workspace.root
    judge(root, ["foreground-0"], "reject", reviewer="Ann")
    small_set.change(0)
    ann = Acts(root, "Ann")
    ann.say(at(small_set, 0), "accept")
    ann.undo()
    assert [(row, word) for row, _, word, *_ in said(root)] == [("foreground-0", "reject")]
    assert small_set.workspace.ledger.rejected_by_review() == {}  # it is about the former picture


def test_beside_another_command_it_is_said_that_it_waits(small_set: SmallSet) -> None:
    with small_set.workspace.writing():
        told = Acts(small_set.workspace.root, "Ann").say(at(small_set, 0), "accept")
    assert told.line == "1 accepted; kept, and put into the ledger when the other command ends"


def test_an_app_has_one_memory_of_acts_in_the_name_of_whom_the_command_named(
    small_set: SmallSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "_OPEN", {})
    monkeypatch.setenv("BGRSR_REVIEWER", " Ada ")
    opened = acts_on(small_set.workspace.root)
    assert opened.reviewer == "Ada"
    monkeypatch.setenv("BGRSR_REVIEWER", "Bob")
    assert acts_on(small_set.workspace.root) is opened
    monkeypatch.setattr(acts, "default_reviewer", lambda: "whoever logged in")
    monkeypatch.setenv("BGRSR_REVIEWER", " ")
    assert acts_on(small_set.workspace.root / "other").reviewer == "whoever logged in"


# ---- keys


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three foregrounds; not to be written in."""
    return key_frames(tmp_path_factory.mktemp("acts") / "workspace")


@pytest.fixture
def place(keyed: Path, tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(Path(shutil.copytree(keyed, tmp_path / "workspace")))
    yield opened
    opened.close()


def keys(place: Workspace, *numbers: int) -> Aim:
    contents = {row.id: row.content for row in place.ledger.rows(Foreground)}
    return Aim(place.root, {row: contents.get(row, "") for row in (foreground_ids()[n] for n in numbers)})


def test_rows_are_keyed_anew_and_as_before(place: Workspace) -> None:
    before, ada = place.ledger.digest("foreground"), Acts(place.root, "Ada")
    told = ada.rekey(keys(place, 0, 1), {"garbage": "0,0,0.5,1"}, note="a stand")
    assert (told.line, told.rows, told.rekeyed, told.warning) == (
        "2 pictures keyed anew", foreground_ids()[:2], True, False
    )  # fmt: skip
    given = [rekey for of_frame in place.ledger.rekeys().values() for rekey in of_frame]
    assert [(one.told, one.reviewer, one.note) for one in given] == [({"garbage": ["0,0,0.5,1"]}, "Ada", "a stand")] * 2
    assert place.ledger.digest("foreground") != before
    assert ada.undo().line == "2 pictures keyed as before"
    assert place.ledger.digest("foreground") == before


def test_what_the_key_rejects_is_told_with_its_reason_and_brought_back(place: Workspace) -> None:
    ada = Acts(place.root, "Ada")
    told = ada.rekey(keys(place, 2), {"min_score": 1})
    assert told.line == "1 picture rejected by the key (poor-key); undo brings them back"
    assert told.warning
    assert foreground_ids()[2] not in {row.id for row in place.ledger.rows(Foreground)}
    assert ada.undo().line == "1 picture keyed as before"
    assert foreground_ids()[2] in {row.id for row in place.ledger.rows(Foreground)}


def test_an_act_that_cannot_be_undone_just_now_stays_the_last_one(place: Workspace) -> None:
    ada = Acts(place.root, "Ada")
    ada.rekey(keys(place, 0), {"despill": 0.5})
    with place.writing(), pytest.raises(LockedError):
        ada.undo()
    assert ada.undo().line == "1 picture keyed as before"
    assert place.ledger.rekeys() == {}


def test_what_was_refused_is_no_act_to_undo(place: Workspace) -> None:
    ada = Acts(place.root, "Ada")
    with pytest.raises(InputError, match="despill"):
        ada.rekey(keys(place, 0), {"despill": 7})
    assert ada.undo().line.startswith("Nothing to undo")
