"""When the App is closed, or killed, nothing that was said is lost, and what becomes of it is told in one line."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from own_mongod import free_port
from processes import GIVE_UP_S

from bgrsr_data.cli.verdicts import take_at_close
from bgrsr_data.review import journal
from bgrsr_data.review.judge import judge

if TYPE_CHECKING:
    from .conftest import FiftyOne, SmallSet

BGRSR = str(Path(sys.executable).with_name("bgrsr"))


@contextmanager
def opened(small_set: SmallSet, environment: dict[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
    """The App as a person opens it, once it answers."""
    command = [BGRSR, "review", "open", "-w", str(small_set.workspace.root), "--port", str(free_port())]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [*command, "--no-browser", "--reviewer", "Ann", *words], stdout=pipe, stderr=pipe, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("review: http://127.0.0.1:")
        yield process
    finally:
        process.kill()
        process.communicate()


def test_closing_takes_tags_and_buttons_in_the_reviewers_name(fiftyone: FiftyOne, small_set: SmallSet) -> None:
    with opened(small_set, fiftyone.environment) as process:
        fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"], note="halo")
        with small_set.workspace.writing():
            judge(small_set.workspace.root, ["foreground-2"], "accept", reviewer="Ann")  # waits in the journal
        judge(small_set.workspace.root, ["foreground-0"], "reject", reviewer="Ann")  # is in the ledger at once
        process.send_signal(signal.SIGTERM)
        said, told = process.communicate(timeout=2 * GIVE_UP_S)
    assert (process.returncode, told) == (0, "")
    assert said == ("review: 1 newly accepted, 2 newly rejected, 0 withdrawn, 0 as before; 0 combinations (were 0)\n")
    verdicts = [(verdict.row, verdict.verdict, verdict.reviewer) for verdict in small_set.workspace.ledger.verdicts()]
    assert verdicts == [
        ("foreground-0", "reject", "Ann"), ("foreground-1", "reject", "Ann"), ("foreground-2", "accept", "Ann"),
    ]  # fmt: skip


def test_beside_another_command_closing_says_so_in_one_line_and_what_was_said_is_kept(small_set: SmallSet) -> None:
    told: list[str] = []
    with small_set.workspace.writing():
        judge(small_set.workspace.root, ["foreground-2"], "accept", reviewer="Ann")
        take_at_close(small_set.workspace, "Ann", told.append)
    (line,) = told
    assert line.endswith("wait for it or stop it; what was said is kept, take it then with: bgrsr review pull")
    assert [verdict.row for verdict in journal.standing(small_set.workspace)] == ["foreground-2"]


def test_after_a_kill_the_next_open_settles_and_no_pull_leaves_the_tags(
    fiftyone: FiftyOne, small_set: SmallSet
) -> None:
    with opened(small_set, fiftyone.environment) as process:
        fiftyone("tag", small_set, row="foreground-1", slice_="input", tags=["reject"])
        with small_set.workspace.writing():
            judge(small_set.workspace.root, ["foreground-2"], "accept", reviewer="Ann")
        process.kill()
        process.wait(2 * GIVE_UP_S)
    assert small_set.workspace.ledger.verdicts() == []
    with opened(small_set, fiftyone.environment, "--no-pull") as process:
        assert [verdict.row for verdict in small_set.workspace.ledger.verdicts()] == ["foreground-2"]
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=2 * GIVE_UP_S) == ("", "")
    shown = fiftyone("show", small_set)
    assert (shown["foreground-1"]["input"]["tags"], shown["foreground-2"]["input"]["tags"]) == (["reject"], ["accept"])
    assert [said["row"] for said in fiftyone("pull", small_set, reviewer="Ann")["verdicts"]] == ["foreground-1"]
