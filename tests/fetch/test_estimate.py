"""What a fetch may come to: hand-computed figures, before anything is asked of the network."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from bgrsr_data.fetch.estimate import Estimate, Measured, Span, estimate, quartiles
from bgrsr_data.fetch.options import FetchOptions
from bgrsr_data.records import Source

Make = Callable[..., Source]
WATCH = "https://www.youtube.com/watch?v=aaaaaaaaaaa"


def ends(span: Span) -> list[float]:
    return [span.low, span.high]


def test_a_video_is_as_long_as_its_last_section_goes_on_and_comes_whole(make_source: Make) -> None:
    found = estimate(make_source(url=WATCH, sections=["00:20-01:00", "02:00-03:20"]), FetchOptions(), Measured())
    assert (found.files, found.sections, found.asked_s, found.video_s, found.unknown_length) == (1, 2, 120, 200, 0)
    assert ends(found.bytes) == pytest.approx([200 * 0.41e6 / 8, 200 * 2.2e6 / 8])
    assert found.paced_s == 12  # 300 an hour
    assert ends(found.decode_s) == pytest.approx([200 * 4 / 60, 200 * 10 / 60])
    assert ends(found.transfer_s) == pytest.approx([200 * 0.41e6 / 1e8, 200 * 2.2e6 / 1e7])


def test_a_format_and_a_pace_of_its_own_count(make_source: Make) -> None:
    options = FetchOptions(format="bv*[height<=360]")
    low = estimate(make_source(url=WATCH, sections=["0-60"]), options, Measured())
    assert ends(low.bytes) == pytest.approx([60 * 0.41e6 / 8 / 4, 60 * 1.1e6 / 8 / 4])
    own = make_source(url=WATCH, sections=["0-60"], yt_dlp={"format": "b[height<=2160]", "cookiefile": "c.txt"})
    assert estimate(own, options, Measured()).bytes.high == pytest.approx(60 * 13.3e6 / 8)
    assert estimate(own, options, Measured()).paced_s == 0  # not a guest
    assert estimate(own, FetchOptions(per_hour=60), Measured()).paced_s == 60
    slow = make_source(url=WATCH, yt_dlp={"sleep_interval": 7})
    assert estimate(slow, FetchOptions(), Measured()).paced_s == 7


@pytest.mark.parametrize(
    ("url", "samples", "files", "open_ended"),
    [
        (WATCH, None, 1, 0),
        ("https://example.org/talk.mp4", None, 1, 0),
        ("ytsearch5:green screen", None, 5, 0),
        ("ytsearch5:green screen", 2, 2, 0),
        ("https://www.youtube.com/playlist?list=PLx", None, 1, 1),
        ("https://www.youtube.com/playlist?list=PLx", 20, 20, 0),
        ("https://www.youtube.com/@someone/videos", None, 1, 1),
        ("https://example.org/feed.rss", None, 1, 1),
    ],
)
def test_videos_are_counted_as_far_as_the_address_tells(
    make_source: Make, url: str, samples: int | None, files: int, open_ended: int
) -> None:
    found = estimate(make_source(url=url, max_samples=samples), FetchOptions(), Measured())
    assert (found.files, found.open_ended, found.unknown_length) == (files, open_ended, files)
    assert found.bytes == Span()


def test_what_was_measured_here_counts_more_than_what_is_assumed(make_source: Make) -> None:
    measured = Measured(Span(1000, 2000), Span(1.5, 2), Span(20, 30))
    found = estimate(make_source(url=WATCH, sections=["0-100"]), FetchOptions(), measured)
    assert found.bytes == Span(150 * 1000, 200 * 2000)
    assert (found.each_s, found.transfer_s, found.decode_s) == (Span(20, 30), Span(), Span())


def test_quartiles_ask_for_enough_figures() -> None:
    assert quartiles([1, 2]) is None
    assert quartiles([1, 2, 3, 4, 5]) == Span(2, 4)


def test_time_is_at_least_the_pace_and_at_most_one_after_another() -> None:
    sum_of_two = Estimate(transfer_s=Span(1, 10), decode_s=Span(8, 40), paced_s=24) + Estimate(each_s=Span(100, 200))
    assert sum_of_two.seconds(4) == Span(27, 24 + 10 + 10 + 200)
    assert Estimate(paced_s=24).seconds(1) == Span(24, 24)


def test_what_lies_here_is_looked_at(make_source: Make, tmp_path: Path) -> None:
    for name, data in (("a.mp4", b"12345"), ("b.mp4", b"123"), ("notes.txt", b"1")):
        (tmp_path / name).write_bytes(data)
    found = estimate(make_source(path=str(tmp_path)), FetchOptions(), Measured())
    assert (found.files, found.bytes) == (2, Span(8, 8))
    assert estimate(make_source(path=str(tmp_path), max_samples=1), FetchOptions(), Measured()).bytes == Span(5, 5)


def test_coco_images_are_counted_by_category_and_licence(make_source: Make, tmp_path: Path) -> None:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 1, "height": 1, "license": n % 2} for n in range(1, 6)]
    annotations = [{"id": n, "image_id": n, "category_id": 1} for n in range(1, 6)]
    annotations.append({"id": 9, "image_id": 2, "category_id": 2})
    licences = [{"id": 0, "name": "Attribution License"}, {"id": 1, "name": "Attribution-NoDerivs License"}]
    categories = [{"id": 1, "name": "person"}, {"id": 2, "name": "laptop"}]
    path = tmp_path / "instances.json"
    path.write_text(
        json.dumps({"images": images, "annotations": annotations, "categories": categories, "licenses": licences})
    )
    for n in (1, 2):
        (tmp_path / f"{n}.jpg").write_bytes(b"1" * n)
    told = {"role": "coco", "annotations": str(path), "licence": "unknown"}

    def files(*accepted: str, **given: object) -> Estimate:
        return estimate(make_source(**told, **given), FetchOptions(licence=accepted), Measured())

    assert files(path=str(tmp_path)).bytes == Span(3, 3)
    assert [files().files, files("cc-by").files, files(categories=["laptop"]).files, files(max_samples=3).files] == [
        5, 2, 1, 3,
    ]  # fmt: skip
    assert files("cc-by").bytes == Span(120e3, 600e3)
    away = make_source(role="coco", annotations="https://example.org/instances.json", licence="unknown")
    assert estimate(away, FetchOptions(), Measured()).open_ended == 1
