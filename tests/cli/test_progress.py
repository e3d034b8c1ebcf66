"""Progress: how far, how fast and for how long, on a terminal and elsewhere."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bgrsr_data.cli.pace import Pace, duration
from bgrsr_data.cli.progress import line_of, plain_lines
from bgrsr_data.engines.result import Told
from bgrsr_data.runner import Moment

MB = 1_000_000
SLOW = str(Path(__file__).parents[1] / "engines" / "telling_run.py")


def told(item: str, done: int, total: int | None, *, finished: int = 0, of: int = 21, before: int = 0) -> Moment:
    one = Told(item, f"{item}.mp4", done * MB, None if total is None else total * MB, (before + done) * MB)
    return Moment("fetch", "bytes", finished, of, one)


def ended(item: str, units: int, *, finished: int, of: int = 21) -> Moment:
    return Moment("fetch", "bytes", finished, of, None, item, units * MB)


def test_the_time_left_is_reckoned_from_bytes_where_items_are_of_different_sizes() -> None:
    pace = Pace(told("small", 0, 10, of=3), 0)
    pace.note(ended("small", 10, finished=1, of=3), 10)
    pace.note(told("large", 0, 90, finished=1, of=3), 10)
    pace.note(told("large", 30, 90, finished=1, of=3), 40)
    assert pace.units == 40 * MB
    assert pace.rate.now() == pytest.approx(1 * MB)
    # 60 MB of the large one, and the third is taken for the mean of 10 and 90 MB
    assert pace.left_s() == pytest.approx(60 + 50)
    assert pace.file_left_s("large") == pytest.approx(60)
    assert pace.done == pytest.approx(1 + 30 / 90)


def test_the_rate_is_that_of_the_last_half_minute() -> None:
    pace = Pace(told("a", 0, 1000), 0)
    for second in range(1, 61):
        pace.note(told("a", min(second, 30) * 10 + max(0, second - 30), 1000), second)
    assert pace.rate.now() == pytest.approx(1 * MB)


def test_where_items_tell_nothing_the_time_left_is_reckoned_from_items() -> None:
    pace = Pace(Moment("key", "bytes", 1, 10, None, "a"), 0)
    pace.note(Moment("key", "bytes", 5, 10, None, "b"), 20)
    assert pace.left_s() == pytest.approx(20)


def test_nothing_is_promised_while_too_little_is_known() -> None:
    pace = Pace(told("a", 5, None), 0)
    assert (pace.rate.now(), pace.left_s()) == (None, None)


def test_a_file_that_is_begun_anew_does_not_run_backwards() -> None:
    pace = Pace(told("a", 50, 100, of=1), 0)
    pace.note(told("a", 0, 100, of=1), 5)
    assert pace.rate.now() is None
    pace.note(told("a", 60, 100, of=1), 65)
    assert (pace.left_s() or 0) > 0


def test_a_plain_line_every_ten_seconds_says_it_all() -> None:
    now = [0.0]
    lines: list[str] = []
    progress = plain_lines(lines.append, lambda: now[0])
    progress(told("clip-x", 0, 40))
    for second in range(1, 26):
        now[0] = second
        progress(told("clip-x", second, 40, finished=3))
    assert lines == [
        "fetch: 3 of 21, 10.0 MB at 1.0 MB/s, about 12 min left; clip-x.mp4 10.0 of 40.0 MB",
        "fetch: 3 of 21, 20.0 MB at 1.0 MB/s, about 12 min left; clip-x.mp4 20.0 of 40.0 MB",
    ]


def test_frames_are_counted_as_frames_and_many_files_are_cut_short() -> None:
    pace = Pace(Moment("frames", "frames", 0, 9, Told("0", "0.mp4", 50, 300, 50)), 0)
    for n in range(1, 5):
        pace.note(Moment("frames", "frames", 0, 9, Told(str(n), f"{n}.mp4", 50, None, 50)), n)
    assert line_of(pace).endswith("; 0.mp4 50 of 300 frames; 1.mp4 50 frames; 2.mp4 50 frames; and 2 more")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.2, "1 s"), (89, "89 s"), (91, "2 min"), (5000, "83 min"), (9000, "2.5 h")]
)
def test_a_time_is_told_as_well_as_it_is_known(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def in_a_terminal(*words: str) -> str:
    """What a command draws on a terminal of 100 columns."""
    ours, theirs = pty.openpty()
    env = os.environ | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "20"}
    with subprocess.Popen(words, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, env=env) as process:
        os.close(theirs)
        drawn = io.BytesIO()
        while True:
            try:
                some = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not some:
                break
            drawn.write(some)
        said = process.stdout.read().decode() if process.stdout else ""
    os.close(ours)
    assert process.returncode == 0
    assert said == "2 done\n"  # results go where they belong, though bars are drawn
    return drawn.getvalue().decode()


def test_on_a_terminal_each_file_has_a_bar_that_vanishes_when_it_is_finished(tmp_path: Path) -> None:
    drawn = in_a_terminal(sys.executable, SLOW, str(tmp_path / "workspace"))
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", drawn)
    assert re.search(r"  a\.mp4 .* 10 of 30 B", plain)
    assert re.search(r"odd .* 0 of 2, 10 B", plain)
    last = [line for line in plain.replace("\r", "\n").split("\n") if line.strip()][-1]
    assert re.match(r"odd .* 2 of 2, 60 B", last)
