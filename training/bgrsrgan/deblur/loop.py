"""Training of the deblurring network: examples, steps, and an end when the held-out clips gain no more.

What clips that it never saw gain in PSNR decides which weights are kept and when to stop; whether the network is worth
using is decided again, frame by frame, by the gate of `bgrsr deblur`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict
from torch import Tensor

from bgrsr_data.errors import InputError
from bgrsr_data.media.files import sha256_of
from bgrsr_data.records import content_hash
from bgrsrgan.deblur.examples import Example, array_of, make_examples
from bgrsrgan.deblur.export import export_onnx
from bgrsrgan.deblur.network import Deblurrer
from bgrsrgan.deblur.options import DeblurTraining
from bgrsrgan.deblur.pictures import draw_curves, draw_panels
from bgrsrgan.deblur.state import DeblurState, load_network, save_network
from bgrsrgan.loop.run_folder import RunFolder, write_json
from bgrsrgan.metrics import psnr, ssim
from bgrsrgan.networks import parameter_count

OnStep = Callable[[int, Mapping[str, float]], None]
Ended = Literal["whole", "no more gain", "time"]


class Gain(BaseModel):
    """Mean PSNR (dB) and SSIM of held-out patches, before and after."""

    model_config = ConfigDict(frozen=True)

    psnr_before: float
    psnr: float
    ssim_before: float
    ssim: float

    @property
    def gain_db(self) -> float:
        """What the network adds."""
        return self.psnr - self.psnr_before


class Summary(BaseModel):
    """How a training ended."""

    model_config = ConfigDict(frozen=True)

    run: str
    parameters: int
    steps: int
    best_step: int
    ended: Ended
    seconds: float
    clips: list[str]
    held_out: list[str]
    patches: int
    held_out_patches: int
    best: Gain


@dataclass(frozen=True)
class Footage:
    """A clip to learn from.

    Args:
        path: The video.
        person: Who is seen: a person's clips are all learned from, or all held out.
    """

    path: Path
    person: str


def split_footage(footage: Sequence[Footage], share: float) -> tuple[list[Path], list[Path]]:
    """Those to learn from, and those held out; whole persons, by a hash of who they are, at least one of each.

    Raises:
        InputError: There are fewer than two persons.
    """
    persons = sorted({one.person for one in footage}, key=lambda person: content_hash("deblur", person))
    if len(persons) < 2:
        raise InputError("needs clips of at least two people: some to learn from, others to tell when to stop")
    out = set(persons[: max(1, round(share * len(persons)))])
    learned = [one.path for one in footage if one.person not in out]
    return learned, [one.path for one in footage if one.person in out]


def train_deblur(
    footage: Sequence[Footage], options: DeblurTraining, run: RunFolder, *, on_step: OnStep | None = None
) -> Summary:
    """Learn to deblur from sharp footage, or go on where a training was stopped; writes run.root/deblur.onnx.

    Args:
        footage: The clips.
        options: How.
        run: Where everything is kept; a training that was begun with other options or footage is replaced.
        on_step: Called after each step with its number (from 1) and its loss.

    Raises:
        InputError: Too few people, nothing that moves, footage too small or not decodable.
        ToolError: The loss is not a number.
        DiskFullError: Nothing more can be written.
    """
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    learned, held = split_footage(footage, options.held_out)
    begun_with = content_hash(options.model_dump_json(exclude={"threads", "max_seconds"}), *map(sha256_of, learned))
    given = _tensors(make_examples(learned, options.examples, options, seed=options.seed))
    watched = _tensors(make_examples(held, max(16, options.examples // 4), options, seed=options.seed + 1, untouched=0))
    state = DeblurState(options)
    if not state.restore(run.checkpoint, begun_with):
        run.forget_after(-1)
        _measure(state, run, watched)
    run.forget_after(state.step)
    write_json(run.config, options.model_dump())
    ended = _descend(state, options, run, given, watched, begun_with=begun_with, on_step=on_step)
    export_onnx(load_network(run.best, options.width), run.root / "deblur.onnx")
    best = _best(run)
    summary = Summary(
        run=run.root.name, parameters=parameter_count(state.network), steps=state.step, best_step=best["step"],
        ended=ended, seconds=round(state.seconds, 1), clips=[path.name for path in learned],
        held_out=[path.name for path in held], patches=len(given[0]), held_out_patches=len(watched[0]),
        best=Gain.model_validate({name: best[name] for name in Gain.model_fields}),
    )  # fmt: skip
    write_json(run.summary, summary.model_dump())
    return summary


def _descend(
    state: DeblurState,
    options: DeblurTraining,
    run: RunFolder,
    given: tuple[Tensor, Tensor],
    watched: tuple[Tensor, Tensor],
    *,
    begun_with: str,
    on_step: OnStep | None,
) -> Ended:
    """Step until there is nothing more to gain, and keep the best."""
    since = time.monotonic() - state.seconds
    while state.step < options.steps:
        if state.step - _best(run)["step"] >= options.patience * options.eval_every:
            return "no more gain"
        if options.max_seconds and time.monotonic() - since > options.max_seconds:
            return "time"
        terms = state.advance(*given, options)
        state.seconds = time.monotonic() - since
        if on_step:
            on_step(state.step, terms)
        if state.step % options.eval_every == 0 or state.step == options.steps:
            _measure(state, run, watched, terms)
            state.save(run.checkpoint, begun_with)
    return "whole"


def _measure(
    state: DeblurState, run: RunFolder, watched: tuple[Tensor, Tensor], terms: Mapping[str, float] | None = None
) -> None:
    """Note what the held-out patches gain; keep the network where they never gained more."""
    gain = measure(state.mean, *watched)
    if state.step == 0 or gain.psnr > _best(run)["psnr"]:
        save_network(state.mean, run.best)
        draw_panels(run.root / "panels.png", state.mean, *watched)
    run.note({"step": state.step, **(terms or {}), **gain.model_dump()})
    draw_curves(run.curves, run.stats(), before=gain.psnr_before)


def _best(run: RunFolder) -> dict[str, Any]:
    return max(run.stats(), key=lambda row: row["psnr"])


@torch.inference_mode()
def measure(network: Deblurrer, frames: Tensor, truth: Tensor, batch: int = 16) -> Gain:
    """Mean PSNR and SSIM of patches before and after.

    Args:
        network: Run as it is.
        frames: (N, 9, P, P) uint8.
        truth: (N, 3, P, P) uint8.
        batch: So many at once.
    """
    rows = []
    for start in range(0, len(frames), batch):
        given, true = (pixels[start : start + batch].float() / 255 for pixels in (frames, truth))
        before, after = given[:, 3:6], network(given).clamp(0, 1)
        rows.append(torch.stack([psnr(before, true), psnr(after, true), ssim(before, true), ssim(after, true)]))
    means = torch.cat(rows, 1).mean(1).tolist()
    return Gain(psnr_before=means[0], psnr=means[1], ssim_before=means[2], ssim=means[3])


def _tensors(examples: Sequence[Example]) -> tuple[Tensor, Tensor]:
    frames, truth = array_of(examples)
    return torch.from_numpy(frames), torch.from_numpy(truth)
