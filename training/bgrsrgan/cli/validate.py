"""The command `bgrsr validate`: a thin shell over bgrsrgan.validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from bgrsr_data.cli.output import counted, table
from bgrsr_data.cli.pace import duration
from bgrsr_data.cli.parameters import JsonOption
from bgrsr_data.cli.progress import counting, progress_bars
from bgrsr_data.errors import InputError
from bgrsrgan.backend import require_torch
from bgrsrgan.cli.train import parse_options
from bgrsrgan.recipes.reader import recipe_names
from bgrsrgan.validation.options import OTHERWISE, RECIPE, Metric, ValidateOptions

if TYPE_CHECKING:
    from bgrsrgan.validation.validate import Judge, Plan, Validation


def validate(
    sets: Annotated[
        list[Path], typer.Argument(help="Published sets: workspaces, or folders with manifests; all against the first.")
    ],
    variant: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILTERS",
            help="A part of the first set, or 'again', as another set: min-score=.5, no-deblur, without=NAME, "
            "people=N, backgrounds=N, pairs=N; several joined by commas.",
        ),
    ] = None,
    held_out: Annotated[
        Path | None,
        typer.Option(help="A published set to judge by; by default what the first one holds out (val and test)."),
    ] = None,
    seeds: Annotated[
        int, typer.Option(min=2, help="Trainings of each set; more of them show smaller differences.")
    ] = 8,
    metric: Annotated[Metric, typer.Option(help="What the verdict is about; psnr where there is no alpha.")] = "alpha",
    network: Annotated[
        str, typer.Option(help="What is trained: bgrsr-lite, bgrsrgan, srgan, or unet-gan.")
    ] = "bgrsr-lite",
    recipe: Annotated[
        str | None, typer.Option(help="How: validate (short), smoke, full, or a YAML file.", show_default=RECIPE)
    ] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="Steps of each training, without a critic.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Any other of a recipe, as batch=16.")
    ] = None,
    each: Annotated[int, typer.Option(min=1, help="At most so many held-out pictures of a person.")] = 8,
    held_out_score: Annotated[
        float, typer.Option(min=0, max=1, help="Held-out keys with a lower score are no truth.")
    ] = 0.6,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the runs and the results.", show_default="runs/validate of the first")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Only say how many trainings it takes, and how long.")] = False,
    json: JsonOption = False,
) -> None:
    """Tell which data is better: the same short training on each, judged on people that none has seen.

    Every set gets the same steps, the same seeds and the same judge. Finished trainings are kept: the same command goes
    on, and a further set or seed costs only its own. Writes validate.json and validate.png.

    Example: bgrsr validate before after

    Example: bgrsr validate --variant min-score=.5 --variant again .
    """
    options = _options(
        network, recipe, steps, settings or [], seeds=seeds, metric=metric, each=each, score=held_out_score
    )
    require_torch()
    from bgrsrgan.validation.held_out import hold_out
    from bgrsrgan.validation.sets import whole_sets
    from bgrsrgan.validation.validate import PICTURE, Trial
    from bgrsrgan.validation.variants import variant_of

    wholes = whole_sets(sets)
    arms = [*wholes, *(variant_of(wholes[0], spec) for spec in variant or [])]
    judge = hold_out(arms, held_out, each=each, min_score=held_out_score)
    trial = Trial(arms, judge, options, out or sets[0] / "runs" / "validate")
    if plan:
        planned = trial.plan()
        typer.echo(planned.model_dump_json(indent=2) if json else _planned(planned))
        return
    with progress_bars() as progress:
        count = counting(progress)
        result = trial.carry_out(lambda done, steps: count("training", done, steps))
    if json:
        typer.echo(result.model_dump_json(indent=2))
        return
    _show(result)
    typer.echo(f"look at {trial.out / PICTURE}")


def _options(
    network: str, recipe: str | None, steps: int | None, settings: list[str], *,
    seeds: int, metric: Metric, each: int, score: float,
) -> ValidateOptions:  # fmt: skip
    chosen = recipe or (RECIPE if RECIPE in recipe_names(network) else OTHERWISE)
    given: dict[str, Any] = {"network": network, "recipe": chosen}
    given |= {"pixel_steps": steps, "adversarial_steps": 0} if steps else {}
    config = parse_options(given, settings).config
    try:
        return ValidateOptions(config=config, seeds=seeds, metric=metric, each=each, held_out_score=score)
    except ValidationError as error:
        raise InputError(f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}") from error


def _judged_by(judge: Judge) -> str:
    left = f"; {len(judge.left_out)} left out, as learned from: {judge.left_out[0]}" if judge.left_out else ""
    people = "1 person" if len(judge.people) == 1 else f"{len(judge.people)} people"
    return (
        f"judged by {counted(judge.pictures, 'picture')} of {people} before "
        f"{counted(judge.backgrounds, 'background')} that no set shows ({Path(judge.root).resolve().name}; "
        f"keys score {judge.least_score:.2f} or more){left}"
    )


def _planned(plan: Plan) -> str:
    done = f", {plan.finished} of them finished" if plan.finished else ""
    left = f"about {duration(plan.seconds)} left" if plan.seconds else "nothing left to train"
    work = f"{counted(plan.runs, 'training')} of {counted(plan.steps, 'step')} each"
    return f"{work}{done}: {left}\n{_judged_by(plan.judge)}"


def _show(result: Validation) -> None:
    from bgrsrgan.validation.verdict import TITLES

    differences = {comparison.name: comparison for comparison in result.comparisons}
    rows = []
    for arm in result.arms:
        row: dict[str, object] = {
            "set": arm.name, "pairs": arm.pairs, "keys": arm.keys, "people": arm.people, "places": arm.backgrounds,
        }  # fmt: skip
        for metric in arm.figures:
            digits = 4 if metric == "ssim" else 2
            row[TITLES[metric]] = f"{arm.mean(metric):.{digits}f} ±{arm.spread(metric):.{digits}f}"
        against = differences.get(arm.name)
        row["difference"] = _difference(against.differences[against.metric].here, against.metric) if against else ""
        rows.append(row)
    typer.echo(table(rows))
    seeds = result.options.seeds
    typer.echo(f"means and spreads over {seeds} seeds; {_levels(result)}")
    typer.echo(_judged_by(result.judge))
    for comparison in result.comparisons:
        typer.echo(comparison.words)


def _difference(interval: Sequence[float], metric: str) -> str:
    digits = 4 if metric == "ssim" else 2
    low, high = interval
    return f"{metric} {low:+.{digits}f}…{high:+.{digits}f}"


def _levels(result: Validation) -> str:
    level = result.comparisons[0].level
    return f"intervals of {100 * level:.3g} %" + (", so that 95 % hold for all together" if level > 0.95 else "")
