"""Cameras, windows, and Ctrl-C: what goes on while pictures come."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from processes import GIVE_UP_S, until
from replacing import MOVING, SMALL, call, refusal, replaced, save_network, sound, times
from small import calm, command

from bgrsrgan.replace.run import _Pace
from bgrsrgan.replace.sources import Camera


@pytest.fixture(scope="module")
def clip(make_clip) -> Path:
    return make_clip("odd.mp4", *MOVING)


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Path:
    """A network that sees nobody: what comes out is the background."""
    return save_network(tmp_path_factory.mktemp("room") / "best.pt", cover=0)


def test_something_must_be_seen(clip, room) -> None:
    assert "--out" in refusal(call(clip, "--background", "navy", "--model", room))


def test_a_window_is_refused_where_there_is_no_screen(clip, room, monkeypatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert "no window can be opened" in refusal(call(clip, "--background", "navy", "--model", room, "--show", *SMALL))


def test_a_video_ends_in_good_order_when_its_window_is_closed(make_clip, room, tmp_path, monkeypatch) -> None:
    """The window is a stand-in, which is closed at the third picture: no screen is needed."""

    class Window:
        shown = 0

        def __enter__(self) -> Window:
            return self

        def __exit__(self, *told: object) -> None: ...

        def show(self, pixels: np.ndarray) -> bool:
            assert pixels.shape == (96, 128, 3)
            self.shown += 1
            return self.shown < 3

    monkeypatch.setattr("bgrsrgan.replace.run.Window", Window)
    tone = ("-f", "lavfi", "-i", "sine=duration=0.4", "-c:a", "aac")
    talk = make_clip("shown.mp4", *MOVING[:4], *tone, *MOVING[4:])
    told = replaced(talk, "--background", "navy", "--model", room, "--show", "--out", tmp_path / "o.mp4", *SMALL)
    assert told["frames"] == len(times(tmp_path / "o.mp4")) == 3
    assert sound(tmp_path / "o.mp4")[-1].time_s < 0.12


def test_a_camera_gives_its_pictures_at_the_times_they_came(make_clip, room, tmp_path, monkeypatch) -> None:
    """OpenCV takes a file for a camera that gives pictures as fast as it can: most of them come too early."""
    begun = threading.Event()
    monkeypatch.setattr(Camera, "_read", _half_of_them_before(begun, Camera._read))
    monkeypatch.setattr(_Pace, "note", _setting(begun, _Pace.note))
    long = make_clip("camera.mp4", *MOVING[:3], "testsrc2=size=640x480:rate=25:duration=8", *MOVING[4:])
    told = replaced(f"camera:{long}", "--background", "navy", "--model", room, "--out", tmp_path / "o.mp4", *SMALL)
    seen = times(tmp_path / "o.mp4")
    assert told["frames"] == len(seen) >= 2
    assert told["frames"] + told["dropped"] == 199  # the first one only tells their size
    assert all(later > earlier for earlier, later in pairwise(seen))
    assert told["complaints"] == ["the camera gave no more pictures"]


def _half_of_them_before(begun: threading.Event, read: Callable[..., Any]) -> Callable[..., Any]:
    """A camera that gives its hundredth picture only once one was replaced, however the threads' turns fall."""
    given = count(1)

    def wait_and_read(camera: Camera) -> Any:
        assert next(given) < 100 or begun.wait(GIVE_UP_S)
        return read(camera)

    return wait_and_read


def _setting(begun: threading.Event, note: Callable[..., None]) -> Callable[..., None]:
    def note_and_set(*given: Any) -> None:
        note(*given)
        begun.set()

    return note_and_set


def test_ctrl_c_ends_the_video_with_what_was_done(make_clip, room, tmp_path) -> None:
    long = make_clip("long.mp4", *MOVING[:3], "testsrc2=size=320x240:rate=25:duration=100", *MOVING[4:])
    words = ("--background", long, "--model", room, "--out", tmp_path / "o.mp4", "--threads", "1")
    running = subprocess.Popen(
        command("replace", long, *words), env=calm(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    until(lambda: running.poll() is not None or _is_written(tmp_path))
    assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=2 * GIVE_UP_S)
    assert running.returncode == 130
    assert "what was done by then is kept" in told
    assert [path.name for path in tmp_path.iterdir()] == ["o.mp4"]
    assert 0 < len(times(tmp_path / "o.mp4")) < 2500


def _is_written(folder: Path) -> bool:
    """Whether a video is being written, which has its name only at the end."""
    with suppress(FileNotFoundError):
        return any(path.stat().st_size > 1000 for path in folder.glob(".*.mp4"))
    return False
