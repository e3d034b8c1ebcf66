"""The commands `bgrsr train NETWORK`: thin shells over bgrsrgan.workspace_runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption
from bgrsr_data.errors import InputError
from bgrsr_data.stages import say
from bgrsrgan.backend import first_process, require_torch
from bgrsrgan.cli.parameters import HERE, NameOption
from bgrsrgan.cli.progress import phase_of, progress
from bgrsrgan.cli.scores import show
from bgrsrgan.config import TrainOptions

DOES = {
    "unet-gan": "cuts a person out: the alpha, from a picture and its trimap",
    "srgan": "doubles the resolution of talking-head frames",
    "bgrsrgan": "replaces the background and doubles the resolution, in one network",
    "bgrsr-lite": "replaces the background and doubles the resolution, in real time on a CPU",
}


def trainer_of(network: str) -> Callable[..., None]:
    """The command that trains a network."""

    def train(
        *,
        workspace: WorkspaceOption = HERE,
        name: NameOption = network,
        recipe: Annotated[
            str, typer.Option(help="full, smoke (a trial of minutes), or a YAML file; it gives what is not given here.")
        ] = "full",
        pixel_steps: Annotated[int | None, typer.Option(min=1, help="Steps on the content losses alone.")] = None,
        adversarial_steps: Annotated[int | None, typer.Option(min=0, help="Steps after them with the critic.")] = None,
        batch: Annotated[int | None, typer.Option(min=1, help="Examples per step.")] = None,
        seed: Annotated[int | None, typer.Option(help="Of the first weights and the order.")] = None,
        threads: Annotated[int | None, typer.Option(min=1, help="Threads of torch; by default all cores.")] = None,
        max_seconds: Annotated[float | None, typer.Option(min=1, help="End in good order after this long.")] = None,
        as_published: Annotated[
            bool | None, typer.Option("--as-published", help="With the defects it was published with, to see them.")
        ] = None,
        settings: Annotated[
            list[str] | None,
            typer.Option(
                "--set",
                metavar="KEY=VALUE",
                help="Any other of a recipe, as critic=patch; a run's config.json has all.",
            ),
        ] = None,
        fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew where a run was begun.")] = False,
        json: JsonOption = False,
    ) -> None:
        given = {
            "network": network,
            "name": name,
            "recipe": recipe,
            "pixel_steps": pixel_steps,
            "adversarial_steps": adversarial_steps,
            "batch": batch,
            "seed": seed,
            "threads": threads,
            "max_seconds": max_seconds,
            "as_published": as_published,
        }
        options = parse_options({key: value for key, value in given.items() if value is not None}, settings or [])
        require_torch()
        from bgrsrgan.workspace_runs import run_folder, train_in

        with progress(options.steps, batch=options.batch, phase=phase_of(options)) as on_step:
            summary = train_in(workspace, options, fresh=fresh, on_step=on_step)
        if not first_process():
            return
        if json:
            typer.echo(summary.model_dump_json(indent=2))
            return
        ended = "" if summary.ended == "whole" else f" of {options.steps}, ended by the clock"
        scores = {"model": (summary.psnr, summary.ssim), **summary.baselines}
        measured = f"{summary.measured_pairs} examples of the {summary.measured_on} split"
        show(f"{measured}, best of {summary.steps} steps{ended}", scores)
        typer.echo(f"{summary.network}, {summary.parameters:,} trained parameters, {summary.seconds:.0f} s")
        if found := summary.adversarial:
            typer.echo(
                f"adversarial phase: PSNR {found.psnr_before:.2f} → {found.psnr_after:.2f} dB, "
                f"SSIM {found.ssim_before:.3f} → {found.ssim_after:.3f}; "
                + ("COLLAPSED: " + "; ".join(summary.collapsed) if summary.collapsed else "no collapse")
            )
        typer.echo(f"look at {run_folder(workspace, options.name).curves}")

    train.__doc__ = f"""Train {network}, or go on where a run was stopped.

    It {DOES[network]}. Content losses first, then against a critic. The run's folder holds a checkpoint, the best
    network, the curves and the panels.

    Example: bgrsr train {network} --recipe smoke --name first

    Example: bgrsr train {network} --name mine --set precision=bfloat16 --max-seconds 3600

    Example: torchrun --nproc-per-node 2 --no-python bgrsr train {network} --name on-two-gpus
    """
    return train


def parse_options(given: Mapping[str, Any], settings: list[str]) -> TrainOptions:
    """The options of a training command.

    Args:
        given: Those with an option of their own.
        settings: "KEY=VALUE" each, the value as in YAML.

    Raises:
        InputError: One is unknown or unfit.
    """
    import yaml

    more: dict[str, Any] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            raise InputError(f"--set {setting}: write it as KEY=VALUE")
        try:
            more[key] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise InputError(f"--set {setting}: the value cannot be read") from error
    try:
        return TrainOptions.model_validate({**given, **more})
    except ValidationError as error:
        raise InputError(say(error, TrainOptions)[1]) from error
