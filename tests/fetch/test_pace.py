"""The pace that all workers share; the clock is ours, so that nothing waits."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from bgrsr_data.errors import FetchError
from bgrsr_data.fetch.pace import Pace, site_of

VIDEO = "https://www.youtube.com/watch?v=x"


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def pace_of(clock: Clock, folder: Path, **more: object) -> Pace:
    return Pace(folder, clock=clock, sleep=clock.sleep, **more)  # type: ignore[arg-type]


def test_a_guest_of_youtube_asks_three_hundred_times_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    pace = pace_of(clock, tmp_path)
    for _ in range(301):
        pace.wait(VIDEO)
    assert clock.now - 1_000_000 == pytest.approx(3600)
    assert clock.slept == [12.0] * 300


def test_requests_that_are_rare_anyway_wait_for_nothing(tmp_path: Path) -> None:
    clock = Clock()
    pace = pace_of(clock, tmp_path)
    for _ in range(5):
        pace.wait(VIDEO)
        clock.now += 20  # the download took so long
    assert clock.slept == []


def test_workers_take_turns(tmp_path: Path) -> None:
    clock = Clock()
    workers = [pace_of(clock, tmp_path) for _ in range(3)]
    moments = []
    for worker in workers:  # each is another process, all at once
        started = clock.now
        worker.wait(VIDEO)
        moments.append(clock.now - 1_000_000)
        clock.now = started
    assert moments == [0, 12, 24]


def test_the_next_run_goes_on_at_the_same_pace(tmp_path: Path) -> None:
    clock = Clock()
    pace_of(clock, tmp_path).wait(VIDEO)
    clock.now += 5
    pace_of(clock, tmp_path).wait("https://youtu.be/y")
    assert clock.slept == [7.0]


def test_other_sites_and_accounts_are_not_slowed(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(9):
        pace_of(clock, tmp_path).wait("https://example.org/a.mp4")
        pace_of(clock, tmp_path, guest=False).wait(VIDEO)
        Pace(None, clock=clock, sleep=clock.sleep).wait(VIDEO)
    assert clock.slept == []
    assert not list(tmp_path.iterdir())


def test_a_pace_of_ones_own_holds_for_every_site(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(3):
        pace_of(clock, tmp_path, per_hour=60, guest=False).wait("https://example.org/a.mp4")
    assert clock.slept == [60, 60]


def test_a_site_that_has_enough_is_left_alone_by_all_workers(tmp_path: Path) -> None:
    clock = Clock()
    pace_of(clock, tmp_path).hold("https://example.org/a.mp4", 30)
    pace_of(clock, tmp_path).hold("https://example.org/b.mp4", 10)  # a shorter one cuts no longer one
    pace_of(clock, tmp_path).wait("https://example.org/c.mp4")
    pace_of(clock, tmp_path).wait("https://example.com/c.mp4")
    assert clock.slept == [30]


def test_a_pause_longer_than_a_run_waits_ends_what_is_left_of_that_site_for_this_run(tmp_path: Path) -> None:
    clock = Clock()
    pace_of(clock, tmp_path, run="first").hold(VIDEO, 3600)
    with pytest.raises(FetchError) as caught:
        pace_of(clock, tmp_path, run="first", guest=False).wait("https://youtu.be/y")
    assert caught.value.reason == "rate-limited"
    pace_of(clock, tmp_path, run="first").wait("https://example.org/a.mp4")
    pace_of(clock, tmp_path, run="second").wait(VIDEO)  # a person asks anew
    assert clock.slept == []


@pytest.mark.parametrize("content", ["", "garbage", "9e99"])
def test_a_spoiled_file_or_a_clock_set_back_holds_nobody_up(tmp_path: Path, content: str) -> None:
    clock = Clock()
    (tmp_path / "youtube.until").write_text(content)
    (tmp_path / "youtube.held").write_text(content)
    pace_of(clock, tmp_path).wait(VIDEO)
    assert clock.slept == []


def test_processes_take_no_moment_twice(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    slow = [context.Process(target=_take_often, args=(tmp_path, 20)) for _ in range(3)]
    for process in slow:
        process.start()
    for process in slow:
        process.join()
        assert process.exitcode == 0
    assert float((tmp_path / "example.org.until").read_text()) == pytest.approx(1_000_000 + 60 * 10)


def _take_often(folder: Path, times: int) -> None:
    """Ask so many times, ten seconds between two; the clock stands still."""
    pace = Pace(folder, per_hour=360, clock=lambda: 1_000_000.0, sleep=lambda _: None)
    for _ in range(times):
        pace.wait("https://example.org/a.mp4")


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.youtube.com/@name/videos", "youtube"),
        ("https://youtu.be/x?t=6s", "youtube"),
        ("https://m.youtube.com/watch?v=x", "youtube"),
        ("https://www.youtube-nocookie.com/embed/x", "youtube"),
        ("ytsearch5:a person speaking", "youtube"),
        ("https://notyoutube.com/x", "notyoutube.com"),
        ("https://Vimeo.com/1", "vimeo.com"),
        ("http://127.0.0.1:8000/a", "127.0.0.1"),
        ("http://[::1]:8000/a", "--1"),
        ("scsearch3:x", "nowhere"),
    ],
)
def test_a_site_has_one_name_that_is_safe_for_a_file(url: str, site: str) -> None:
    assert site_of(url) == site
