"""What is told of all persons together tells of none of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from report_set import Made

from bgrsr_data.export.datasheet import document_version
from bgrsr_data.export.versions import versions
from bgrsr_data.report import diversity
from bgrsr_data.report.diversity import Diversity, balance_of, diversity_of, measure
from bgrsr_data.report.diversity_charts import draw_diversity, draw_silhouettes
from bgrsr_data.report.diversity_looks import SKIN
from bgrsr_data.report.diversity_sums import FEWEST, Poses, hue_name, range_of, skin_table, spread
from bgrsr_data.report.facts import Dataset, read_dataset

ANGLES = {"very light": 60.0, "light": 50.0, "intermediate": 35.0, "tan": 20.0, "brown": 0.0, "dark": -50.0}


@pytest.fixture(scope="module")
def data_of(made: Made) -> Dataset:
    return read_dataset(made.workspace.root, made.workspace.ledger)


@pytest.fixture(scope="module")
def measured(made: Made, data_of: Dataset) -> Diversity:
    return measure(data_of, made.workspace.root)


def angles(**persons: int) -> list[list[float]]:
    return [[ANGLES[name.replace("_", " ")]] for name, count in persons.items() for _ in range(count)]


def test_a_class_of_few_persons_is_not_told_and_cannot_be_worked_out() -> None:
    told, persons = skin_table(angles(light=9, tan=7, dark=2))
    assert persons == 18
    assert (told["light"], told["tan"], told["dark"]) == (9, None, None)  # or 18 − 9 − 7 would be the two
    told, _ = skin_table(angles(light=9, tan=3, dark=2))
    assert (told["light"], told["tan"], told["dark"], told["brown"]) == (9, None, None, 0)


@pytest.mark.parametrize("seed", range(40))
def test_in_any_set_what_is_hidden_leaves_two_ways_at_least(seed: int) -> None:
    draw = np.random.default_rng(seed)
    counts = {name: int(count) for name, count in zip(ANGLES, draw.integers(0, 9, len(ANGLES)), strict=True)}
    told, persons = skin_table([[ANGLES[name]] for name, count in counts.items() for _ in range(count)])
    if sum(counts.values()) < FEWEST:
        assert (persons, set(told.values())) == (0, {None})
        return
    assert persons == sum(counts.values())
    assert all(count is None or not count or count >= FEWEST for count in told.values())
    assert all(told[name] in (None, count) for name, count in counts.items())
    hidden = [name for name, count in told.items() if count is None]
    assert len(hidden) != 1 or all(count is None for count in told.values() if count != 0)


def test_a_person_counts_once_by_the_median_of_their_pictures() -> None:
    told, persons = skin_table([[60.0] * 30, *([[20.0, 20.0, -80.0]] * 6)])
    assert persons == 7
    assert told["brown"] == told["dark"] == 0
    assert told["tan"] is None  # with the one who is very light
    assert told.keys() == {name for name, _ in SKIN}


def test_a_person_in_a_thousand_pictures_weighs_as_one_in_two() -> None:
    even = range_of("brightness of the person", {"ada": [0.2] * 1000, "bob": [0.8, 0.8]})
    assert sum(even.weights) == pytest.approx(2)
    assert max(even.weights) == 1
    assert (even.low, even.high) == (0.2, 0.8)  # among pictures nine tenths would be 0.2
    assert spread({"ada": ["a"] * 99 + ["b"], "bob": ["b"]}) == pytest.approx({"b": 0.505, "a": 0.495})


def test_no_shape_is_drawn_of_fewer_than_three_persons() -> None:
    poses = Poses()
    shape = np.ones((48, 48), np.float32)
    for person in ("ada", "bob"):
        poses.add(person, "leaning", shape)
    assert poses.poses()[0].shape == ()
    poses.add("eve", "leaning", shape)
    (only,) = poses.poses()
    assert (only.persons, only.share) == (3, pytest.approx(1))
    assert set("".join(only.shape)) == {"f"}
    sheet = draw_silhouettes([only])
    assert sheet.shape[2] == 3
    assert (sheet[60:240, 100:150] == 60).all()  # the whole body, in ink


@pytest.mark.parametrize(
    ("hue", "name"),
    [(None, "grey"), (22.5, "red"), (40, "red"), (0.5, "red"), (359, "pink"), (67, "orange"), (202.5, "teal")],
)
def test_hues_have_names(hue: float | None, name: str) -> None:
    assert hue_name(hue) == name


def test_the_real_set_is_measured_once_and_read_afterwards(
    made: Made, data_of: Dataset, measured: Diversity, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = made.workspace.root
    assert diversity_of(data_of, root) == measured
    monkeypatch.setattr(diversity, "measure", lambda *_, **__: pytest.fail("measured again"))
    assert diversity_of(data_of, root) == measured
    monkeypatch.undo()
    path = root / "report" / "diversity.json"
    path.write_text('{"of": 3')
    assert diversity_of(data_of, root) == measured


def test_the_file_holds_no_person_and_no_picture(made: Made, data_of: Dataset) -> None:
    diversity_of(data_of, made.workspace.root)
    text = (made.workspace.root / "report" / "diversity.json").read_text()
    named = {row.person for row in data_of.foregrounds} | {row.id for row in data_of.foregrounds}
    named |= {row.sha256 for row in data_of.foregrounds} | {row.clip for row in data_of.foregrounds}
    assert not [name for name in named if name in text]
    told = json.loads(text)
    assert told["skin_persons"] == 0  # two persons: fewer than may be told of
    assert set(told["skin"].values()) == {None}


def test_the_figures_of_the_real_set_are_its_rows(data_of: Dataset, measured: Diversity) -> None:
    assert measured.persons == len({row.person for row in data_of.foregrounds})
    assert measured.places == len({row.place for row in data_of.backgrounds})
    assert sum(pose.share for pose in measured.poses) == pytest.approx(1)
    heights = [(row.box_bottom - row.box_top) / row.height for row in data_of.foregrounds]
    (size,) = [one for one in measured.ranges if one.what == "height of the person"]
    assert min(heights) - 0.02 <= size.low <= size.middle <= size.high <= max(heights) + 0.02
    for one in measured.ranges:
        assert sum(one.weights) <= (measured.persons if "person" in one.what else measured.places) + 1e-6


def test_only_so_many_pictures_are_read_and_the_same_ones_again(
    made: Made, data_of: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diversity, "PER_PERSON", 2)
    seen: list[tuple[int, int]] = []
    few = measure(data_of, made.workspace.root, seen=lambda done, total: seen.append((done, total)))
    assert few.pictures <= 2 * few.persons
    assert seen[-1][0] == seen[-1][1] == few.pictures + few.rooms
    assert measure(data_of, made.workspace.root) == few


def test_every_chart_is_drawn_and_the_same_each_time(data_of: Dataset, measured: Diversity) -> None:
    balances, lines = balance_of(data_of)
    charts = draw_diversity(measured, balances)
    assert charts == draw_diversity(measured, balances)
    assert {chart.name for chart in charts} >= {
        "who is shown: persons",
        "hues of the places",
        "detail of the background",
    }
    assert "skin tones, as they look" not in {chart.name for chart in charts}
    assert all(chart.svg.startswith("<svg ") for chart in charts)
    assert any("pairs show one person" in line or "how others fare" in line for line in lines)
    people = {row.person for row in data_of.foregrounds}
    assert not [person for person in people if any(person in chart.svg for chart in charts)]


def test_skin_tones_are_drawn_where_enough_persons_are(measured: Diversity) -> None:
    told, persons = skin_table(angles(light=9, tan=3, dark=2))
    many = Diversity(**{**vars(measured), "skin": told, "skin_persons": persons})
    (skin,) = [chart for chart in draw_diversity(many, []) if "skin" in chart.name]
    assert "light 9" in skin.svg
    assert "dark not told" in skin.svg


def test_the_datasheet_of_the_version_tells_what_was_measured(made: Made, data_of: Dataset) -> None:
    root: Path = made.workspace.root
    diversity_of(data_of, root)
    document_version(root, versions(root)[-1])
    sheet = (root / "versions" / versions(root)[-1].name / "DATASHEET.md").read_text()
    assert "| brightness of the background |" in sheet
    assert "were not measured yet" not in sheet
