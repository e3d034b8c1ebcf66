"""Nothing that was said is lost: killed at any moment, beside another writer, with a damaged line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from processes import GIVE_UP_S

from bgrsr_data.errors import DiskFullError, InputError
from bgrsr_data.review import journal
from bgrsr_data.review.judge import judge

if TYPE_CHECKING:
    from .conftest import SmallSet

KILLED_AT = """
import os, signal, sys
from pathlib import Path
from bgrsr_data.opinions import Opinions
from bgrsr_data.review import journal, judge
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before the ledger":
    Opinions.hear = die
else:
    Path.unlink = die
judge.judge(Path(sys.argv[1]), ["foreground-0", "foreground-1"], "reject", reviewer="Ann", reason="halo")
"""


@pytest.mark.parametrize("moment", ["before the ledger", "before the journal is emptied"])
def test_what_was_said_before_a_kill_is_settled_once_by_whoever_comes_next(small_set: SmallSet, moment: str) -> None:
    root, ledger = small_set.workspace.root, small_set.workspace.ledger
    ended = subprocess.run([sys.executable, "-c", KILLED_AT, str(root), moment], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert (root / journal.JOURNAL).is_file()
    assert len(ledger.verdicts()) == (0 if moment == "before the ledger" else 2)
    assert [v.row for v in journal.standing(small_set.workspace)] == ["foreground-0", "foreground-1"]

    judge(root, ["foreground-2"], "accept", reviewer="Bob")
    assert [len(ledger.history(f"foreground-{number}")) for number in range(3)] == [1, 1, 1]
    assert not (root / journal.JOURNAL).exists()


def test_beside_another_writer_it_waits_in_the_journal_and_is_told(small_set: SmallSet) -> None:
    root, ledger = small_set.workspace.root, small_set.workspace.ledger
    with small_set.workspace.writing():
        judged = judge(root, ["foreground-0"], "reject", reviewer="Ann")
        assert str(judged) == "1 rejected; kept, and put into the ledger when the other command ends"
        assert judge(root, ["foreground-0"], None, reviewer="Ann").withdrawn == judged.verdicts
        judge(root, ["foreground-0"], "accept", reviewer="Ann")
        assert ledger.verdicts() == []
        assert [v.verdict for v in journal.standing(small_set.workspace)] == ["accept"]
    assert [said.taken_back for said in journal.settle(small_set.workspace).said] == [False, True, False]
    assert [v.verdict for v in ledger.verdicts()] == ["accept"]


def test_a_damaged_line_is_told_and_kept_and_the_others_settle(small_set: SmallSet) -> None:
    root = small_set.workspace.root
    with small_set.workspace.writing():
        judge(root, ["foreground-0"], "reject", reviewer="Ann")
    whole = (root / journal.JOURNAL).read_bytes()
    (root / journal.JOURNAL).write_bytes(b'{"id": "7", "verd\xff\n' + whole + whole[:40])  # the last was cut off
    judged = judge(root, ["foreground-1"], "reject", reviewer="Ann")
    assert judged.warnings == [
        f"{root / journal.JOURNAL}: 2 lines cannot be read; kept in review/damaged.jsonl, judge again what it names"
    ]
    assert [v.row for v in small_set.workspace.ledger.verdicts()] == ["foreground-0", "foreground-1"]
    assert (root / journal.DAMAGED).read_bytes().splitlines() == [b'{"id": "7", "verd\xff', whole[:40]]
    assert journal.settle(small_set.workspace).warnings == []


def test_two_who_speak_at_once_are_both_heard(small_set: SmallSet) -> None:
    root = small_set.workspace.root
    script = """
import sys
from pathlib import Path
from bgrsr_data.review.judge import judge
for number in range(3):
    judge(Path(sys.argv[1]), [f"foreground-{number}"], "accept", reviewer=sys.argv[2])
"""
    names = ("Ann", "Bob")
    speakers = [subprocess.Popen([sys.executable, "-c", script, str(root), name]) for name in names]
    assert [speaker.wait(2 * GIVE_UP_S) for speaker in speakers] == [0, 0]
    journal.settle(small_set.workspace)
    said = [(v.row, v.reviewer) for v in small_set.workspace.ledger.verdicts()]
    assert said == [(f"foreground-{number}", name) for number in range(3) for name in names]


def test_what_cannot_be_written_down_is_refused_and_not_half_said(
    small_set: SmallSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFullError, match="No space left on device"):
        judge(small_set.workspace.root, ["foreground-0"], "reject", reviewer="Ann")
    assert small_set.workspace.ledger.verdicts() == []


def test_what_was_said_of_forgotten_rows_goes_from_the_journal(small_set: SmallSet) -> None:
    root = small_set.workspace.root
    with small_set.workspace.writing():
        judge(root, ["foreground-0", "foreground-1"], "reject", reviewer="Ann", note="her red scarf")
    with (root / journal.JOURNAL).open("a") as file:
        file.write('{"half": "foreground-0",\n')
    journal.forget_said(root, ["foreground-0"])
    assert [one.verdict.row for one in journal.waiting(root)] == ["foreground-1"]
    assert b"foreground-0" not in (root / journal.JOURNAL).read_bytes()


def test_a_folder_that_is_no_workspace_is_told(small_set: SmallSet) -> None:
    with pytest.raises(InputError, match="is not a bgrsr workspace"):
        judge(small_set.workspace.root / "nowhere", ["foreground-0"], "accept", reviewer="Ann")
