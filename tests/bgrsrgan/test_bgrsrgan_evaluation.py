"""A whole evaluation: of each task, by person and background, in motion, against what needs no training."""

from __future__ import annotations

import json

import cv2
import pytest
import torch
from photo_renderer import TINY, PhotoCombination, PhotoForeground, PhotoRenderer

from bgrsr_data.errors import InterruptedRunError
from bgrsrgan.cli.evaluate import measuring
from bgrsrgan.data.examples import Examples, Origin, as_float
from bgrsrgan.data.loader import in_order
from bgrsrgan.data.mattes import Matte
from bgrsrgan.evaluation import cases as cases_module
from bgrsrgan.evaluation.cases import Case, grouped, maker_of, makers_of_baselines, measure_cases, ranked, worst_of
from bgrsrgan.evaluation.evaluate import beats, evaluate
from bgrsrgan.evaluation.figures import eye, judge, means, told
from bgrsrgan.evaluation.films import films_of, measure_films
from bgrsrgan.evaluation.measured import Asked, Trained
from bgrsrgan.metrics.matte import sad
from bgrsrgan.networks import Matter, Output, Replacer, make_network
from bgrsrgan.tasks import task_of

CPU = torch.device("cpu")
QUICK = Asked(features="none")
REPLACEMENT = task_of("bgrsr-lite")


class Teller(Replacer):
    """Answers with whatever it is told of the example that it knows by its background."""

    def __init__(self, examples: Examples, answer=lambda batch: batch.hr_target) -> None:
        super().__init__()
        self.known = [as_float(batch, CPU) for batch in in_order(examples, batch=1)]
        self.answer = answer

    def forward(self, lr_frame, lr_background, hr_background) -> Output:
        batches = [self._of(frame) for frame in lr_frame]
        alpha = torch.cat([batch.hr_alpha for batch in batches])
        return Output(torch.cat([self.answer(batch) for batch in batches]), alpha=alpha)

    def _of(self, frame):
        return next(batch for batch in self.known if torch.equal(batch.lr_frame[0], frame))


class People(PhotoRenderer):
    """Six combinations of two people, filmed in two clips before two backgrounds."""

    def combinations(self, split: str) -> list[PhotoCombination]:
        rows = super().combinations(split)
        return [
            PhotoCombination(row.id, row.split, row.seed, f"portrait-{i}", f"room-{i % 3}")
            for i, row in enumerate(rows)
        ]

    def foreground(self, combination) -> PhotoForeground:
        number = int(combination.foreground.split("-")[1])
        return PhotoForeground(f"person-{number % 2}", f"clip-{number % 2}")

    def time_s(self, combination) -> float:
        return 10.0 - int(combination.foreground.split("-")[1])  # the last row was filmed first


@pytest.fixture
def people() -> Examples:
    return People(lr_size=TINY.lr_size, counts={"test": 6}).examples("test")


def _untrained(name: str = "bgrsr-lite") -> Trained:
    torch.manual_seed(0)
    return Trained(make_network(name).eval(), TINY.model_copy(update={"network": name}), 0)


def _measured(examples: Examples, makers, rows=None) -> list[Case]:
    return measure_cases(REPLACEMENT, examples, makers, rows=rows or range(len(examples)), device=CPU)


def test_an_evaluation_measures_the_whole_split_and_draws_the_worst(tmp_path, renderer) -> None:
    renderer.counts["test"] = 5
    found = evaluate(_untrained(), renderer.examples, tmp_path, asked=QUICK, device=CPU)
    content = json.loads((tmp_path / "evaluation.json").read_text())
    images = content["images"]
    assert (found.pairs, found.of, len(images)) == (5, 5, 5)
    assert found.scores["model"]["ssim"] == pytest.approx(sum(image["model"]["ssim"] for image in images) / 5)
    assert found.worst == [i["id"] for i in sorted(images, key=lambda i: i["model"]["ssim"])][:4]
    assert not found.beats["background"]  # nothing is learned yet, and it says so
    assert content["scores"]["bicubic"]["published_psnr"] > content["scores"]["bicubic"]["psnr"] + 35
    assert found.scores["model"].keys() >= {"sad", "grad"}
    for name in ("worst.png", "random.png"):
        assert cv2.imread(str(tmp_path / name)).shape == (34 + 4 * (300 + 36), 6 * 406 + 6, 3)


def test_an_evaluation_of_the_truth_itself_beats_the_baselines(tmp_path, renderer) -> None:
    """The judge is judged: a generator that is told the answer scores perfectly."""
    oracle = Trained(Teller(renderer.examples("val")), TINY, 3)
    found = evaluate(oracle, renderer.examples, tmp_path, asked=Asked("val", features="none"), device=CPU)
    assert found.beats == {"bicubic": True, "background": True}
    assert found.scores["model"]["ssim"] == pytest.approx(1)
    assert found.scores["model"]["sad"] == found.scores["model"]["grad"] == 0
    assert "sad" not in found.scores["background"]


def test_a_share_of_the_split_is_spread_over_it(people) -> None:
    assert [case.row for case in _measured(people, makers_of_baselines(REPLACEMENT), rows=[0, 2, 4])] == [0, 2, 4]


def test_progress_tells_how_many_are_measured(people) -> None:
    told_: list[tuple[str, int, int]] = []
    measure_cases(
        REPLACEMENT, people, makers_of_baselines(REPLACEMENT), rows=range(6), device=CPU,
        tell=lambda *moment: told_.append(moment),
    )  # fmt: skip
    assert told_ == [("measure", 4, 6), ("measure", 6, 6)]


def test_people_and_backgrounds_are_told_apart_the_worst_first(people) -> None:
    """The second person's pictures are answered in grey."""
    spoiled = {id(people.combinations[i]) for i in (1, 3, 5)}
    teller = Teller(people)
    for place, (batch, row) in enumerate(zip(teller.known, people.combinations, strict=True)):
        if id(row) in spoiled:
            teller.known[place] = batch._replace(hr_target=torch.full_like(batch.hr_target, 0.5))
    found = _measured(people, {"model": maker_of(REPLACEMENT, teller)})
    groups = grouped(found, "model", lambda origin: origin.person)
    assert [(group.name, group.pairs) for group in groups] == [("person-1", 3), ("person-0", 3)]
    assert groups[1].figures["ssim"] == pytest.approx(1)
    assert {case.origin.person for case in ranked(found, "model")[:3]} == {"person-1"}
    assert sorted(group.name for group in grouped(found, "model", lambda origin: origin.background)) == [
        "room-0", "room-1", "room-2",
    ]  # fmt: skip
    assert grouped(found, "model", lambda origin: "") == []


def test_the_worst_that_are_shown_differ_in_person_or_background(people) -> None:
    origins = [people.origin(row) for row in range(6)]
    ssims = (0.1, 0.2, 0.3, 0.15, 0.5, 0.6)  # rows 0 and 3 are of two people before one background
    cases = [Case(row, origins[row], {"model": {"psnr": 1.0, "ssim": ssim}}) for row, ssim in enumerate(ssims)]
    cases.append(cases[0]._replace(row=6, figures={"model": {"psnr": 1.0, "ssim": 0.11}}))
    assert [case.row for case in worst_of(cases, "model", 3)] == [0, 3, 1]
    assert [case.row for case in worst_of(cases, "model", 7)] == [0, 6, 3, 1, 2, 4, 5]


def test_a_film_is_one_clip_in_the_order_of_time_before_one_background(people) -> None:
    films = films_of(people)
    assert [film.clip for film in films] == ["clip-0", "clip-1"]
    rows = films[0].examples.combinations
    assert [row.foreground for row in rows] == ["portrait-4", "portrait-2", "portrait-0"]
    assert {(row.target_background, row.seed) for row in rows} == {("room-1", rows[0].seed)}
    assert films[0].steps_s == [2.0, 2.0]


def test_stills_are_no_film(renderer) -> None:
    class Stills(PhotoRenderer):
        def time_s(self, combination) -> float:
            return 0.0

    assert films_of(Stills(lr_size=TINY.lr_size).examples("test")) == []


def test_frames_of_talking_heads_are_a_film_as_they_are_and_other_rendered_examples_are_none() -> None:
    origins = [
        Origin("a", "x", clip="c", time_s=3),
        Origin("b", "x", clip="c", time_s=1),
        Origin("r", "y", "room", "c"),
    ]

    class Listed(Examples):
        def __len__(self) -> int:
            return len(origins)

        def load(self, row: int):
            raise NotImplementedError

        def origin(self, row: int) -> Origin:
            return origins[row]

    (film,) = films_of(Listed())
    assert (film.rows, film.times_s) == ([1, 0], [1, 3])


def test_only_what_comes_and_goes_flickers() -> None:
    """A result that is always too bright does not; one that is so every other frame does, by as much."""

    class Moving(People):
        def render(self, combination):
            return super().render(super().combinations("test")[int(combination.foreground.split("-")[1])])

    examples = Moving(lr_size=TINY.lr_size, counts={"test": 6}).examples("test")
    films = films_of(examples)
    steady = Teller(examples, lambda batch: batch.hr_target + 0.25)
    places = {id(batch): place for place, batch in enumerate(steady.known)}
    shaky = Teller(examples)
    shaky.known = steady.known
    shaky.answer = lambda batch: batch.hr_target + 0.25 * (places[id(batch)] // 2 % 2)
    makers = {name: maker_of(REPLACEMENT, network) for name, network in (("steady", steady), ("shaky", shaky))}
    found = measure_films(REPLACEMENT, films, makers, CPU)
    assert found["steady"] == pytest.approx({"flicker": 0, "alpha_flicker": 0}, abs=1e-4)
    assert found["shaky"]["flicker"] == pytest.approx(25, abs=1e-3)


def test_a_matting_network_is_judged_where_the_trimap_leaves_it_open() -> None:
    task = task_of("unet-gan")
    true = torch.zeros(1, 1, 16, 16)
    true[..., 8:] = 1
    trimap = true.clone()
    trimap[..., 6:10] = 128 / 255
    batch = Matte(torch.rand(1, 3, 16, 16), trimap, true)

    class Oracle(Matter):
        def forward(self, image, trimap) -> Output:
            return Output(true, alpha=true)

    mine = {name: float(value) for name, value in judge(task, task.generate(Oracle(), batch), batch).items()}
    (guess,) = (judge(task, Output(make(batch)), batch) for make in task.baselines.values())
    its = {name: float(value) for name, value in guess.items()}
    assert (mine["unknown_mse"], its["unknown_mse"]) == pytest.approx((0, 250))
    assert beats(mine, its)
    assert not beats(its, mine)
    assert "published_psnr" not in mine
    assert told(its).startswith("unknown MSE /1000 250.0, PSNR")


def test_alpha_is_judged_against_the_true_one(people) -> None:
    batch = as_float(next(in_order(people, batch=2)), CPU)
    half = torch.full_like(batch.hr_alpha, 0.5)
    found = judge(REPLACEMENT, Output(batch.hr_target, alpha=half), batch)
    assert torch.equal(found["sad"], sad(half, batch.hr_alpha))
    assert "sad" not in judge(REPLACEMENT, Output(batch.hr_target), batch)


def test_feature_distances_are_of_evenly_spread_examples_and_leave_the_others_alone(people, monkeypatch) -> None:
    monkeypatch.setattr(cases_module, "MOST_SEEN", 2)
    makers = {"truth": maker_of(REPLACEMENT, Teller(people))} | makers_of_baselines(REPLACEMENT)
    found = measure_cases(
        REPLACEMENT, people, makers, rows=range(6), device=CPU, seen_through=eye("efficientnet-lite0")
    )
    seen = [case.figures for case in found if "feature_distance" in case.figures["truth"]]
    assert [case.row for case in found if "feature_distance" in case.figures["bicubic"]] == [0, 3]
    assert seen[0]["truth"]["feature_distance"] == pytest.approx(0, abs=1e-6)
    assert seen[0]["background"]["feature_distance"] > 0.05


def test_without_its_packages_the_distance_is_left_out(monkeypatch, tmp_path, renderer) -> None:
    monkeypatch.setattr("bgrsrgan.evaluation.figures.importlib.util.find_spec", lambda name: None)
    found = evaluate(_untrained(), renderer.examples, tmp_path, asked=Asked(), device=CPU)
    assert (found.features, found.seen) == (None, 0)
    assert "feature_distance" not in found.scores["model"]


def test_a_mean_is_over_the_examples_that_have_the_figure() -> None:
    assert means([{"psnr": 1.0, "feature_distance": 3.0}, {"psnr": 3.0}]) == {"psnr": 2.0, "feature_distance": 3.0}


def test_ctrl_c_ends_a_measurement_with_one_line() -> None:
    with pytest.raises(InterruptedRunError, match="the same command begins to measure anew"), measuring():
        raise KeyboardInterrupt
