"""Several processes that train one network together, as torchrun starts them: one for each GPU, or some on a CPU.

Each works through its share of every step's batch; then the gradients are averaged, so that all take the same step, the
one that a single process would have taken. torch's DistributedDataParallel does the same by hooks in the backward pass;
here it is one call between backward and step, since a critic is called several times in a step and its penalty is
differentiated twice, which those hooks do not follow.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

import torch
from torch import Tensor, distributed, nn

from bgrsr_data.errors import InputError

T = TypeVar("T")
N = TypeVar("N", bound=nn.Module)


class Processes(NamedTuple):
    """This process among those that train together.

    Attributes:
        rank: Its number, from 0; the first one measures and writes.
        world: How many there are.
    """

    rank: int = 0
    world: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the one that measures and writes."""
        return self.rank == 0

    def places(self, batch: int) -> slice:
        """Which places of a step's batch this process works through."""
        size = batch // self.world
        return slice(self.rank * size, (self.rank + 1) * size)

    def share(self, schedule: Iterable[Sequence[T]]) -> Iterator[Sequence[T]]:
        """This process's part of each step of a schedule."""
        return (draws[self.places(len(draws))] for draws in schedule)

    def average(self, values: Sequence[Tensor]) -> None:
        """Make each tensor the mean of its namesakes in all processes, in place."""
        if self.world == 1 or not values:
            return
        together = torch.cat([value.detach().reshape(-1).float() for value in values])
        distributed.all_reduce(together)
        together /= self.world
        sizes = [value.numel() for value in values]
        for value, mean in zip(values, torch.split(together, sizes), strict=True):
            value.detach().copy_(mean.view_as(value))

    def agree(self, decision: bool, device: torch.device) -> bool:
        """What the first process decides."""
        if self.world == 1:
            return decision
        told = torch.tensor([float(decision)], device=device)
        distributed.broadcast(told, src=0)
        return bool(told.item())

    def wait(self) -> None:
        """Until all have come here."""
        if self.world > 1:
            distributed.barrier()

    def normalise_together(self, network: N, device: torch.device) -> N:
        """Let batch normalisation see the batch of all processes; torch has that for GPUs alone."""
        if self.world == 1 or device.type != "cuda":
            return network
        converted: N = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]  # torch's
        return converted


ALONE = Processes()


def as_started() -> Processes:
    """This process as torchrun tells it by its environment; alone where it was not started so."""
    return Processes(int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1")))


@contextmanager
def together(device: torch.device, batch: int, accumulate: int) -> Iterator[Processes]:
    """Join the processes that torchrun started.

    Args:
        device: Where this one computes; GPUs talk by nccl, CPUs by gloo.
        batch: Examples per step, which they share.
        accumulate: Parts that each works through its share in.

    Raises:
        InputError: The batch cannot be shared evenly.
    """
    processes = as_started()
    if batch % (processes.world * accumulate):
        raise InputError(
            f"a batch of {batch} cannot be shared by {processes.world} processes in {accumulate} equal parts each"
        )
    if processes.world == 1 or distributed.is_initialized():  # joined already: whoever did so parts again
        yield processes
        return
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield processes
    finally:
        distributed.destroy_process_group()
