"""A person rejects a picture in the App, in a real browser, and the set heeds it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from own_mongod import free_port, listens
from processes import GIVE_UP_S
from review.in_browser import CHROMIUM, browser, reject, write_note

if TYPE_CHECKING:
    from .conftest import FiftyOne, SmallSet

DRIVER = Path(__file__).with_name("driver.py")


@pytest.mark.browser
def test_a_picture_rejected_in_the_browser_is_rejected_in_the_ledger(
    fiftyone: FiftyOne, small_set: SmallSet, tmp_path: Path
) -> None:
    pytest.importorskip("playwright")
    if not CHROMIUM.is_file():
        pytest.skip("no chromium here")
    with app(small_set, fiftyone.environment) as url, browser(url) as page:
        page.screenshot(path=tmp_path / "grid.png")
        reject(page, 1)
        write_note(page, 1, "halo at the helmet")
    pulled = fiftyone("pull", small_set, reviewer="Ann")
    assert pulled["warnings"] == []
    (verdict,) = small_set.workspace.ledger.verdicts()
    assert (verdict.row, verdict.verdict, verdict.reviewer) == ("foreground-1", "reject", "Ann")
    assert verdict.note == "halo at the helmet"
    assert verdict.row_content == small_set.foregrounds[1].content
    assert list(small_set.workspace.ledger.rejected_by_review()) == ["foreground-1"]

    fiftyone("sync", small_set)
    assert {tuple(fields["tags"]) for fields in fiftyone("show", small_set)["foreground-1"].values()} == {("reject",)}

    small_set.change(1)
    assert small_set.workspace.ledger.rejected_by_review() == {}


def test_ctrl_c_ends_the_app_and_its_server(small_set: SmallSet, database: dict[str, str]) -> None:
    with app(small_set, database) as url:
        port = int(url.rsplit(":", 1)[1].split("/")[0])
    assert not listens(port)


def test_a_set_without_rows_of_a_stage_is_told_in_one_line(small_set: SmallSet, database: dict[str, str]) -> None:
    command = [sys.executable, DRIVER, str(small_set.workspace.root), str(free_port()), "trimaps"]
    ended = subprocess.run(command, capture_output=True, text=True, env=database, check=False, timeout=300)
    assert ended.returncode == 2
    assert ended.stderr.splitlines()[-1].endswith("has no trimaps to look at; what comes next: bgrsr status")


def test_a_port_that_is_taken_is_told_in_one_line(small_set: SmallSet, database: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            command(small_set, port), capture_output=True, text=True, env=database, timeout=300, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"port {port}: ")
    assert f"listens there (process {os.getpid()}); take another: --port " in ended.stderr


def command(small_set: SmallSet, port: int) -> list[str]:
    return [sys.executable, str(DRIVER), str(small_set.workspace.root), str(port)]


@contextmanager
def app(small_set: SmallSet, environment: dict[str, str]) -> Iterator[str]:
    """The App, served; it says its URL and nothing else, and ends well on Ctrl-C."""
    port = free_port()
    process = subprocess.Popen(
        command(small_set, port), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith(f"http://127.0.0.1:{port}/datasets/bgrsr-my-set-")
        yield url
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=2 * GIVE_UP_S) == ("", "")
        assert process.returncode == 0
    finally:
        process.kill()
        process.communicate()
