"""How many frames a second a network makes, in each of the ways it can be run.

All ways are measured in turn, again and again, so that what else the machine does meets them alike: ratios hold where
absolute figures do not. A GPU is waited for before and after each measurement. What is measured is all of the network
with its composite, from pictures in memory to pictures in memory.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median, quantiles
from types import MappingProxyType
from typing import NamedTuple

import torch
from torch import Tensor

from bgrsr_data.errors import InputError
from bgrsrgan.deploy.fold import fold
from bgrsrgan.deploy.onnx import onnx_bytes
from bgrsrgan.deploy.ports import Size, inputs_of, outputs_of, sample_inputs
from bgrsrgan.deploy.precision import in_bfloat16
from bgrsrgan.deploy.runtime import open_session
from bgrsrgan.networks import Network

Run = Callable[[], Tensor]
OnRound = Callable[[int], None]
REFERENCE = "torch"
SLOW_S = 0.1  # a measurement lasts at least so long, in frames of the slowest kind one


class Setting(NamedTuple):
    """What is measured.

    Attributes:
        size: (width, height) of the frame, in pixels.
        threads: That compute, on a CPU.
        repeats: Rounds in which each backend is measured once.
    """

    size: Size = (320, 240)
    threads: int = 1
    repeats: int = 7


class Speed(NamedTuple):
    """How fast one backend is.

    Attributes:
        backend: In BACKENDS.
        device: What computes.
        threads: That compute, on a CPU.
        fps: Frames a second by the clock on the wall, the median round.
        fps_best: The fastest round: what the machine can when it does little else.
        fps_low: The first quartile of the rounds.
        fps_high: The third.
        cpu_ms: Processor time of a frame, of all threads, the fastest round: other work hardly touches it.
        ratio: Times as fast as plain torch: the median over rounds of what both took in the same round.
        psnr: Of its picture against plain torch's, in dB (peak 1); None where they are equal.
        difference: The largest of any value.
    """

    backend: str
    device: str
    threads: int
    fps: float
    fps_best: float
    fps_low: float
    fps_high: float
    cpu_ms: float
    ratio: float
    psnr: float | None
    difference: float


def measure(
    network: Network, backends: Sequence[str], setting: Setting, *, on_round: OnRound | None = None
) -> list[Speed]:
    """Time a network's frames in several backends, in turn.

    Args:
        network: On the CPU, ready to evaluate, as load_generator gives it.
        backends: In BACKENDS; plain torch is measured beside them.
        setting: Sizes, threads, rounds.
        on_round: Called after each round with its number.

    Raises:
        InputError: There is no such backend.
        ToolError: onnxruntime is not installed, and is asked for.
    """
    if unknown := [name for name in backends if name not in BACKENDS]:
        raise InputError(f"there is no backend {unknown[0]!r}; known: {', '.join(BACKENDS)}")
    with _threads(setting.threads), torch.inference_mode():
        runs = {name: BACKENDS[name](network, setting) for name in dict.fromkeys((REFERENCE, *backends))}
        pictures = {name: run().float().cpu() for name, run in runs.items()}  # this also warms up
        frames = {name: _frames_for(run) for name, run in runs.items()}
        rounds: list[dict[str, tuple[float, float]]] = []
        for number in range(setting.repeats):
            rounds.append({name: _timed(run, frames[name]) for name, run in runs.items()})
            if on_round:
                on_round(number + 1)
    return [_speed(name, setting, rounds, pictures) for name in runs if name in backends]


def _speed(
    name: str, setting: Setting, rounds: Sequence[Mapping[str, tuple[float, float]]], pictures: Mapping[str, Tensor]
) -> Speed:
    fps = [1 / one[name][0] for one in rounds]
    low, _, high = quantiles(fps, n=4) if len(fps) > 1 else (fps[0],) * 3
    error = pictures[name] - pictures[REFERENCE]
    mean = error.square().mean().item()
    return Speed(
        backend=name,
        device=torch.cuda.get_device_name() if torch.cuda.is_available() and name != "onnxruntime" else "CPU",
        threads=setting.threads,
        fps=median(fps),
        fps_best=max(fps),
        fps_low=low,
        fps_high=high,
        cpu_ms=1000 * min(one[name][1] for one in rounds),
        ratio=median(one[REFERENCE][0] / one[name][0] for one in rounds),
        psnr=-10 * torch.tensor(mean).log10().item() if mean > 0 else None,
        difference=error.abs().max().item(),
    )


def _timed(run: Run, frames: int) -> tuple[float, float]:
    """Seconds of a frame, by the clock on the wall and of the processor."""
    _wait()
    wall, processor = time.perf_counter(), time.process_time()
    for _ in range(frames):
        run()
    _wait()
    return (time.perf_counter() - wall) / frames, (time.process_time() - processor) / frames


def _frames_for(run: Run) -> int:
    seconds, _ = _timed(run, 1)
    return max(1, min(100, round(SLOW_S / seconds)))


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _torch(network: Network, setting: Setting) -> Run:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    moved: Network = copy.deepcopy(network).to(device)  # the other backends take it from where it is
    given = [one.to(device) for one in sample_inputs(network, setting.size)]
    return lambda: _first(moved, given)


def _onnxruntime(network: Network, setting: Setting) -> Run:
    session = open_session(onnx_bytes(network, setting.size), threads=setting.threads)
    given = sample_inputs(network, setting.size)
    feed = {port.name: one.numpy() for port, one in zip(inputs_of(network), given, strict=True)}
    return lambda: torch.from_numpy(session.run(None, feed)[0])


def _first(network: Network, given: Sequence[Tensor]) -> Tensor:
    return next(iter(outputs_of(network, network(*given)).values()))


BACKENDS: Mapping[str, Callable[[Network, Setting], Run]] = MappingProxyType(
    {
        REFERENCE: _torch,
        "torch-folded": lambda network, setting: _torch(fold(network), setting),
        "torch-bf16": lambda network, setting: _torch(in_bfloat16(network), setting),
        "onnxruntime": _onnxruntime,
    }
)


def load() -> float:
    """How many processes wanted a processor during the last minute, of all of the machine."""
    return os.getloadavg()[0]
