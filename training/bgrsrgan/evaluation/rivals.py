"""What is compared: trained runs, and cascades of two of them, each with its name, its size and how it is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bgrsr_data.errors import InputError
from bgrsrgan.config import TrainConfig
from bgrsrgan.data.examples import Size
from bgrsrgan.evaluation.cascade import blank_trimap, cascade, oracle_trimap
from bgrsrgan.evaluation.cases import Maker, maker_of
from bgrsrgan.evaluation.measured import Trained
from bgrsrgan.networks import Enlarger, Matter
from bgrsrgan.networks.summary import summarise
from bgrsrgan.tasks import Task, task_of

JOINED_BY = "+"
REPLACES = "bgrsr-lite"
BLIND = " without trimap"
CASCADED = "a cascade is written UNET_RUN+SRGAN_RUN"
SIZED = "say on which to compare them, as --size 320x240"

ReadRun = Callable[[str], Trained]


class Rival(NamedTuple):
    """One method.

    Attributes:
        name: Of its run, or of its runs as MATTER+ENLARGER.
        networks: Names of its networks.
        steps: How long each was trained.
        parameters: Trained values of what runs, without critics.
        forward_backward_mb: As `bgrsr models` has it, of what runs.
        gigaflops: For one frame.
        make: Runs it.
        timed: Runs it without what would be given to it.
        helped: Given a trimap that is drawn from the true alpha.
    """

    name: str
    networks: tuple[str, ...]
    steps: tuple[int, ...]
    parameters: int
    forward_backward_mb: float
    gigaflops: float
    make: Maker
    timed: Maker
    helped: bool = False


class Contest(NamedTuple):
    """Who is compared, on what.

    Attributes:
        names: Runs, or MATTER+ENLARGER for a cascade.
        size: (width, height) of the frames they see; that which all were trained with when None.
        blind: Run cascades without their trimap too.
    """

    names: Sequence[str]
    size: Size | None = None
    blind: bool = False

    @property
    def runs(self) -> list[str]:
        """The name of every run that takes part, once."""
        return list(dict.fromkeys(part for name in self.names for part in name.split(JOINED_BY)))


def rivals_of(contest: Contest, read: ReadRun) -> tuple[Task[Any], list[Rival], TrainConfig]:
    """Read who is compared.

    Args:
        contest: Who, on what.
        read: Gives a trained generator by its run's name.

    Returns:
        The one task of all; the rivals; the config that says what the examples are.

    Raises:
        InputError: A run is not there; a cascade is not one; two do different work, or learned from frames of different
            sizes where no size is given.
    """
    made: list[Rival] = []
    runs: list[tuple[str, Trained]] = []
    tasks: dict[str, str] = {}
    for name in dict.fromkeys(contest.names):
        parts = name.split(JOINED_BY)
        trained = [read(part) for part in parts]
        runs += zip(parts, trained, strict=True)
        tasks[name] = task_of(trained[0].config.network if len(parts) == 1 else REPLACES).name
        made += [_single(name, trained[0])] if len(parts) == 1 else _cascades(name, trained, blind=contest.blind)
    _refuse_difference("do different work", tasks, CASCADED)
    config = next((run.config for name, run in runs if name in tasks), None)
    if config is None:  # cascades alone: what they do, neither of their networks does
        config = runs[0][1].config.model_copy(update={"network": REPLACES})
    if contest.size is None:
        _refuse_difference("learned from frames of different sizes", {name: _size(run) for name, run in runs}, SIZED)
    return task_of(config.network), made, config.model_copy(update={"lr_size": contest.size or config.lr_size})


def _single(name: str, trained: Trained) -> Rival:
    network = trained.config.network
    make = maker_of(task_of(network), trained.generator)
    return _rival(name, [trained], make)


def _cascades(name: str, trained: Sequence[Trained], *, blind: bool) -> list[Rival]:
    generators = [each.generator for each in trained]
    match generators:
        case [Matter() as matter, Enlarger() as enlarger]:
            helped = _rival(name, trained, lambda batch: cascade(matter, enlarger, batch, oracle_trimap(batch)))
            alone = _rival(name + BLIND, trained, lambda batch: cascade(matter, enlarger, batch, blank_trimap(batch)))
            return [helped._replace(helped=True, timed=alone.make), *([alone] if blind else [])]
    raise InputError(f"{name}: a cascade is a run of unet-gan, +, and a run of srgan")


def _rival(name: str, trained: Sequence[Trained], make: Maker) -> Rival:
    networks = tuple(each.config.network for each in trained)
    summaries = [summarise(network) for network in networks]
    return Rival(
        name=name,
        networks=networks,
        steps=tuple(each.step for each in trained),
        parameters=sum(summary.parts[0].parameters for summary in summaries),
        forward_backward_mb=sum(summary.parts[0].forward_backward_mb for summary in summaries),
        gigaflops=sum(summary.gigaflops for summary in summaries),
        make=make,
        timed=make,
    )


def _size(trained: Trained) -> str:
    return "{}×{}".format(*trained.config.lr_size)


def _refuse_difference(how: str, found: Mapping[str, str], hint: str) -> None:
    if len(set(found.values())) > 1:
        told = "; ".join(f"{name}: {value}" for name, value in found.items())
        raise InputError(f"these {how} ({told}); {hint}")
