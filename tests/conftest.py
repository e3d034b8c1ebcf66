"""Fixtures that every test may use."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bgrsr_data.errors import BgrsrError
from bgrsr_data.media.ffmpeg import ffmpeg_path

ROOT = Path(__file__).parents[1]

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background: what a test starts would ignore it
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def footage() -> Path:
    """The folder of real footage beside the checkout; where it is not, the test is skipped."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("no ../shared/data here")
    return folder


@pytest.fixture(scope="session")
def make_clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """make_clip("name.mp4", "-f", "lavfi", "-i", "testsrc2", …) runs ffmpeg and gives the file."""
    folder = tmp_path_factory.mktemp("clips")

    def make(name: str, *arguments: str, pixels: bytes | None = None) -> Path:
        path = folder / name
        command = [str(ffmpeg_path()), "-v", "error", "-y", "-threads", "1", *arguments, str(path)]
        subprocess.run(command, input=pixels, check=True, stdin=None if pixels else subprocess.DEVNULL)
        return path

    return make


@pytest.fixture(scope="session")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The recipe of a small set with everything in it (see small.py); nothing may write beside it."""
    from small import make_small_set

    return make_small_set(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a FiftyOne with an own mongod, database and HOME."""
    from own_mongod import own_mongod

    from bgrsr_data.review.mongod import check_database, find_mongod

    try:
        check_database()
    except BgrsrError as missing:
        pytest.skip(str(missing))
    mongod = find_mongod()
    if not mongod.is_file():
        pytest.skip("FiftyOne has no mongod of its own here")
    with own_mongod(mongod, tmp_path_factory.mktemp("home")) as environment:
        yield environment
