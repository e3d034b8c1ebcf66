"""What a fetch would come to, from what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from bgrsr_data.fetch.options import FetchOptions
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.footage_forecast import forecast_footage
from bgrsr_data.ledger import Done
from bgrsr_data.records import Clip, Source
from bgrsr_data.sources import remember
from bgrsr_data.tombstones import Grave, Tombstone
from bgrsr_data.workspace import Workspace


def video(n: int, **given: object) -> Source:
    told = {"role": "talking-head", "licence": "CC0-1.0", "creator": "me", "sections": ["10-100"]}
    url = f"https://example.org/{n}.mp4"
    return Source.model_validate({"id": f"source-{n}", "name": f"video {n}", "url": url, **told, **given})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    place = Workspace.create(tmp_path / "w")
    yield place
    place.close()


def fetched(workspace: Workspace, n: int, *, duration_s: int, size: int, seconds: float) -> None:
    """Put down that video `n` was fetched."""
    source = video(n)
    remember(workspace.ledger, [source])
    clip = Clip(
        id=f"clip-{n}", source=source.id, role=source.role, person="p", licence="CC0-1.0", creator="me", title="t",
        path=f"clips/{source.id}/a.mp4", sha256="0", media="video", width=1, height=1, frames=1,
        duration=Fraction(duration_s), codec="h264", sections=source.sections,
    )  # fmt: skip
    (workspace.root / clip.path).parent.mkdir(parents=True)
    (workspace.root / clip.path).write_bytes(b"1" * size)
    stage = Fetch(FetchOptions())
    (item,) = [one for one in stage.items(workspace.ledger) if one.id == source.id]
    workspace.ledger.commit(
        Done("fetch", source.id, stage.fingerprint(item), "done", seconds=seconds, bytes=size), [clip]
    )


def test_with_too_little_fetched_the_assumptions_hold(workspace: Workspace) -> None:
    for n in range(2):
        fetched(workspace, n, duration_s=200, size=1000, seconds=5)
    forecast = forecast_footage(Fetch(FetchOptions()), workspace.root, [video(9)], workers=1)
    assert (forecast.measured, forecast.unchanged, forecast.sources) == (False, 2, {"talking-head": 1})
    assert forecast.total.bytes.low == pytest.approx(100 * 0.41e6 / 8)


def test_earlier_fetches_tell_how_long_large_and_slow_the_next_ones_are(workspace: Workspace) -> None:
    for n, duration_s in enumerate((100, 200, 300, 400, 500)):  # 1 to 5 times the end of the section
        fetched(workspace, n, duration_s=duration_s, size=duration_s * 10, seconds=duration_s / 10)
    forecast = forecast_footage(Fetch(FetchOptions()), workspace.root, [video(8), video(9)], workers=1)
    assert forecast.measured
    assert (forecast.total.video_s, forecast.total.asked_s) == (200, 180)
    assert (forecast.total.bytes.low, forecast.total.bytes.high) == (2 * 200 * 10, 2 * 400 * 10)
    seconds = forecast.total.seconds(1)
    assert (seconds.low, seconds.high) == (2 * 20, 2 * 40)
    assert forecast.as_dict()["bytes"] == {"low": 4000, "high": 8000}


def test_a_source_whose_folder_is_gone_is_named_and_the_others_are_forecast(
    workspace: Workspace, tmp_path: Path
) -> None:
    gone = video(1, url=None, path=str(tmp_path / "gone"), sections=[], role="background")
    forecast = forecast_footage(Fetch(FetchOptions()), workspace.root, [gone, video(2)], workers=1)
    assert forecast.sources == {"talking-head": 1}
    assert forecast.missing == [f"video 1: {tmp_path / 'gone'}: does not exist"]


def test_what_was_forgotten_is_not_forecast(workspace: Workspace) -> None:
    stone = Tombstone(id="source-7", name="0", places=["https://example.org/7.mp4"], footage=[], at="2026-11-01")
    workspace.ledger.bury(Grave(stone, [], [], []))
    forecast = forecast_footage(Fetch(FetchOptions()), workspace.root, [video(7), video(8)], workers=1)
    assert forecast.sources == {"talking-head": 1}
    assert forecast.missing == ["video 7: forgotten on 2026-11-01"]


def test_what_the_licence_filter_refuses_is_not_in_the_figures(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "room.png").write_bytes(b"12345")
    room = {"url": None, "path": str(tmp_path / "room.png"), "sections": [], "role": "background"}
    added = [video(1, licence="CC-BY-4.0"), video(2, licence="CC-BY-NC-4.0"), video(3, licence="unknown")]
    added += [video(4, **room, licence="unknown"), video(5, **room | {"role": "greenscreen"}, licence="CC-BY-3.0")]
    stage = Fetch(FetchOptions(licence=("cc-by",)))
    forecast = forecast_footage(stage, workspace.root, added, workers=1)
    assert forecast.sources == {"greenscreen": 1, "talking-head": 2}
    assert (forecast.refused, forecast.undecided, forecast.unchanged) == (2, 1, 0)
