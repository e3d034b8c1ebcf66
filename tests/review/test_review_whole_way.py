"""From footage to a verdict by the commands alone: what is rejected in the App leaves the combinations."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from own_mongod import free_port
from review.in_browser import CHROMIUM, browser, reject

from bgrsr_data.quickstart.footage import make_footage

BGRSR = [str(Path(sys.executable).with_name("bgrsr"))]
RECIPE = """
steps:
  - fetch
  - frames: {per_second: 3, near_duplicate_bits: 0}
  - deblur
  - key
  - combine: {per_foreground: 3}
  - publish
"""


@pytest.mark.browser
def test_a_frame_rejected_in_the_app_leaves_the_combinations_and_explain_says_why(
    tmp_path: Path, database: dict[str, str]
) -> None:
    pytest.importorskip("playwright")
    if not CHROMIUM.is_file():
        pytest.skip("no chromium here")
    place = tmp_path / "set"
    sources = make_footage(tmp_path / "footage", frames=12)
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    bgrsr(database, "run", str(tmp_path / "recipe.yaml"), "-w", str(place), "--sources", str(sources))
    before = explain_counts(place)

    closed = reject_first_in_app(place, database)

    pairs = sum(before.values())
    assert closed.splitlines()[-1] == (
        f"review: 0 newly accepted, 1 newly rejected, 0 withdrawn, 0 as before; {pairs - 3} combinations (were {pairs})"
    )
    after = explain_counts(place)
    (rejected,) = before.keys() - after.keys()
    assert after == {row: count for row, count in before.items() if row != rejected}
    story = bgrsr(database, "explain", rejected, "-w", str(place))
    assert "verdict: reject by Ada at " in story
    assert "licence: " in story

    again = bgrsr(database, "run", str(tmp_path / "recipe.yaml"), "-w", str(place), "--sources", str(sources))
    assert again.startswith("nothing to do"), "a verdict survives a rerun, and nothing brings the frame back"

    bgrsr(database, "review", "judge", rejected, "--take-back", "--reviewer", "Ada", "-w", str(place))
    taken = bgrsr(database, "review", "pull", "-w", str(place))
    assert taken.endswith(f" 1 withdrawn, 0 as before; {pairs} combinations (were {pairs - 3})\n")
    assert explain_counts(place) == before


def bgrsr(environment: dict[str, str], *words: str) -> str:
    """What a command prints."""
    ended = subprocess.run([*BGRSR, *words], capture_output=True, text=True, env=environment, check=False, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def explain_counts(place: Path) -> dict[str, int]:
    """Combinations by foreground, from the published manifest."""
    import pyarrow.parquet as pq

    names = pq.read_table(place / "manifests/combinations.parquet", columns=["foreground"])["foreground"].to_pylist()
    return {name: names.count(name) for name in names}


def reject_first_in_app(place: Path, environment: dict[str, str]) -> str:
    """Open the App, reject its first picture by its tag, close; what was told then."""
    told: list[str] = []
    with opened(place, environment, "Ada", told) as url, browser(url) as page:
        reject(page, 0)
    return told[0]


@contextmanager
def opened(place: Path, environment: dict[str, str], reviewer: str, told: list[str] | None = None) -> Iterator[str]:
    """The App, opened as a person does by the command and closed with Ctrl-C; what it says then goes into `told`."""
    words = [*BGRSR, "review", "open", "-w", str(place), "--port", str(free_port()), "--no-browser"]
    words += ["--reviewer", reviewer]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=120)
        assert process.returncode == 0, stderr
        if told is not None:
            told.append(stdout)
    finally:
        process.kill()
        process.communicate()
