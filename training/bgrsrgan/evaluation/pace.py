"""How long a method takes for one frame: a first idea; `bgrsr bench-model` measures what is shipped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch

from bgrsrgan.evaluation.cases import Maker

REPEATS, ENOUGH_S = 3, 3.0


@torch.inference_mode()
def ms_per_frame(make: Maker, batch: Any, device: torch.device) -> float:
    """Least time of a few runs on one frame, in ms; on a CPU with one thread, as processor time, blind to other work.

    Args:
        make: The method, as it was trained: plain PyTorch, float32, nothing folded.
        batch: Floats of one example.
        device: Where it is computed.
    """
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    with _one_thread():
        make(batch)
        taken: list[float] = []
        while len(taken) < REPEATS or (sum(taken) < ENOUGH_S / 10 and len(taken) < 10 * REPEATS):
            _finish(device)
            since = clock()
            make(batch)
            _finish(device)
            taken.append(clock() - since)
            if sum(taken) > ENOUGH_S:
                break
    return 1000 * min(taken)


def _finish(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


@contextmanager
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
