"""What the data does to the network: the same short training on several sets, judged by one held-out set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from bgrsr_data.errors import InputError
from bgrsrgan.data.examples import Examples, ExamplesOf, Joined
from bgrsrgan.loop.run_folder import write_json
from bgrsrgan.tasks import task_of
from bgrsrgan.validation.held_out import HeldOut, restricted
from bgrsrgan.validation.options import ValidateOptions
from bgrsrgan.validation.picture import draw_comparison
from bgrsrgan.validation.runs import Chosen, Figures, Run, carry_out, finished, run_of, seconds_a_step
from bgrsrgan.validation.sets import TrainingSet, refuse_equal
from bgrsrgan.validation.statistics import Values
from bgrsrgan.validation.verdict import Arm, Comparison, compare
from bgrsrgan.validation.view import view_of

RESULT, PICTURE = "validate.json", "validate.png"
JUDGE_BYTES = 1 << 29  # rendered once for all runs
OnProgress = Callable[[int, int], None]  # steps done, of how many


class Judge(BaseModel):
    """What the sets were judged by.

    Attributes:
        root: The folder it is from.
        sha256: Of what it shows.
        pictures: How many.
        people: How many pictures of whom.
        backgrounds: Places among them.
        keys: Foregrounds among them.
        least_score: The lowest score of their keys.
        left_out: What was left out because a set has learned from it.
    """

    model_config = ConfigDict(frozen=True)

    root: str
    sha256: str
    pictures: int
    people: dict[str, int]
    backgrounds: int
    keys: int
    least_score: float
    left_out: list[str]


class Validation(BaseModel):
    """A whole comparison; validate.json.

    Attributes:
        options: What was asked.
        judge: What the sets were judged by.
        arms: The sets, the first one first.
        comparisons: Each other set against the first one.
    """

    model_config = ConfigDict(frozen=True)

    options: ValidateOptions
    judge: Judge
    arms: list[Arm]
    comparisons: list[Comparison]


class Plan(BaseModel):
    """What a comparison would take.

    Attributes:
        runs: Trainings in all.
        finished: Of them, those that need not be done again.
        steps: Of each.
        seconds_a_step: As measured here, now.
        seconds: For all that is left.
        judge: What the sets are judged by.
    """

    model_config = ConfigDict(frozen=True)

    runs: int
    finished: int
    steps: int
    seconds_a_step: float
    seconds: float
    judge: Judge


@dataclass(frozen=True)
class Trial:
    """A comparison that can be planned and carried out.

    Args:
        sets: What is compared; all with the first one.
        held_out: What they are judged by.
        options: How.
        out: The folder of its runs and results.

    Raises:
        InputError: Two sets teach the same.
    """

    sets: Sequence[TrainingSet]
    held_out: HeldOut
    options: ValidateOptions
    out: Path

    def __post_init__(self) -> None:
        refuse_equal(self.sets)

    @cached_property
    def runs(self) -> list[Run]:
        """Every training: seed after seed, so that after the first few all sets have been seen."""
        configs = [(seed, self.options.config_of(seed)) for seed in range(self.options.seeds)]
        return [run_of(one, seed, config, self.out) for seed, config in configs for one in self.sets]

    def plan(self) -> Plan:
        """What it would take: some steps are taken to see how long one takes here."""
        left = [run for run in self.runs if self._finished(run) is None]
        steps, pace = self.options.config.steps, 0.0
        if left:
            pace = seconds_a_step(left[0].config, self._examples_of(left[0].of))
        return Plan(
            runs=len(self.runs),
            finished=len(self.runs) - len(left),
            steps=steps,
            seconds_a_step=round(pace, 4),
            seconds=round(pace * steps * len(left), 1),
            judge=described(self._judge[0]),
        )

    def carry_out(self, on_progress: OnProgress) -> Validation:
        """Train what is not finished, judge, and write validate.json and validate.png.

        Args:
            on_progress: Called with steps done and steps in all, of what was not finished.

        Raises:
            InputError: A set holds nothing that the network can learn from, or the judge nothing to judge it by.
            LockedError: Another process trains one of them.
            ToolError: A loss is not a number.
            DiskFullError: Nothing more can be written.
        """
        left = [run for run in self.runs if self._finished(run) is None]
        steps, (held_out, judge) = self.options.config.steps, self._judge
        for before, run in enumerate(left):
            told = partial(_told, on_progress, before * steps, len(left) * steps)
            carry_out(run, self._examples_of(run.of), judge, held_out.sha256, told)
        done = {(id(run.of), run.seed): self._finished(run) or [] for run in self.runs}
        return self._conclude(done)

    def _conclude(self, done: Mapping[tuple[int, int], Figures]) -> Validation:
        held_out, seeds = self._judge[0], range(self.options.seeds)
        arrays = [_arrays(held_out, [done[id(one), seed] for seed in seeds]) for one in self.sets]
        metric = self.options.metric if self.options.metric in arrays[0] else "psnr"
        arms = [self._arm(one, values) for one, values in zip(self.sets, arrays, strict=True)]
        comparisons = [
            compare(
                one.name, self.sets[0].name, {name: values[name] - arrays[0][name] for name in values},
                held_out.people, metric, comparisons=len(self.sets) - 1,
            )
            for one, values in zip(self.sets[1:], arrays[1:], strict=True)
        ]  # fmt: skip
        result = Validation(options=self.options, judge=described(held_out), arms=arms, comparisons=comparisons)
        write_json(self.out / RESULT, result.model_dump(mode="json"))
        draw_comparison(self.out / PICTURE, arms, comparisons, metric)
        return result

    def _arm(self, one: TrainingSet, values: dict[str, Values]) -> Arm:
        return Arm(
            name=one.name,
            root=str(one.published.root),
            sha256=one.sha256,
            pairs=len(one.rows),
            keys=one.keys,
            people=one.people,
            backgrounds=one.backgrounds,
            figures={name: value.mean(1).tolist() for name, value in values.items()},
            runs=[run.folder.root.name for run in self.runs if run.of is one],
        )

    def _finished(self, run: Run) -> Figures | None:
        return finished(run, self._judge[0].sha256)

    @cached_property
    def _learned(self) -> dict[str, Examples[Any]]:
        """What each set teaches, by its content: what was rendered is kept for all its runs."""
        different = {one.sha256: one for one in self.sets}
        share = {"cache_mb": self.options.config.cache_mb // len(different)}
        config = self.options.config_of(0).model_copy(update=share)
        task = task_of(config.network)
        return {name: task.examples(view_of(one, self.out), config)("train") for name, one in different.items()}

    def _examples_of(self, one: TrainingSet) -> ExamplesOf:
        """The set's own examples to learn from; those of the judge for the curves of a run."""
        learned = self._learned[one.sha256]
        if not len(learned):
            raise InputError(f"{one.name}: has nothing that {self.options.config.network} can learn from")
        return lambda split: learned if split == "train" else self._judge[1]

    @cached_property
    def _judge(self) -> tuple[HeldOut, Examples[Any]]:
        """What is held out and of use to the network, and its examples."""
        published, config = self.held_out.published, self.options.config_of(0)
        of = task_of(config.network).examples(published.root, config)
        splits = sorted({row.split for row in self.held_out.rows})
        kept = Joined([of(split) for split in splits], cache_bytes=JUDGE_BYTES)
        judge = Chosen(kept, tuple(row.id for row in self.held_out.rows))
        if not len(judge):
            raise InputError(f"{published.root}: holds nothing out that {config.network} can be judged by")
        return restricted(self.held_out, {judge.origin(row).id for row in range(len(judge))}), judge


def described(held_out: HeldOut) -> Judge:
    """What the sets are judged by, for a reader."""
    people = list(map(held_out.published.person, held_out.rows))
    return Judge(
        root=str(held_out.published.root),
        sha256=held_out.sha256,
        pictures=len(held_out.rows),
        people={name: people.count(name) for name in held_out.people},
        backgrounds=held_out.places,
        keys=len({row.foreground for row in held_out.rows}),
        least_score=round(held_out.least_score, 3),
        left_out=list(held_out.left_out),
    )


def _told(on_progress: OnProgress, before: int, steps: int, step: int) -> None:
    on_progress(before + step, steps)


def _arrays(held_out: HeldOut, of_seeds: Sequence[Figures]) -> dict[str, Values]:
    """Of each metric (seeds, people): means over the pictures of a person."""
    shown = list(map(held_out.published.person, held_out.rows))
    places = [[place for place, name in enumerate(shown) if name == person] for person in held_out.people]
    return {
        metric: np.array([[np.mean([images[i][metric] for i in of]) for of in places] for images in of_seeds])
        for metric in of_seeds[0][0]
    }
