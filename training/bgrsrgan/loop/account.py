"""The account of a run: what it writes while it goes on, and what it says at its end."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from bgrsrgan.data.examples import ExamplesOf
from bgrsrgan.loop.board import Board
from bgrsrgan.loop.collapse import adversarial_phase, collapses
from bgrsrgan.loop.run_folder import RunFolder, write_json
from bgrsrgan.loop.state import save_generator
from bgrsrgan.loop.steps import Lesson
from bgrsrgan.loop.summary import Summary
from bgrsrgan.loop.watched import Watched
from bgrsrgan.networks import parameter_count
from bgrsrgan.pictures.curves import draw_curves

log = logging.getLogger(__name__)


class Account:
    """Keeps a run's stats, curves, panels, best generator and checkpoint.

    Args:
        lesson: What is trained.
        run: Where it is kept.
        examples_of: Gives what it is measured on.
        manifest_sha256: Of the data.
    """

    def __init__(self, lesson: Lesson, run: RunFolder, examples_of: ExamplesOf, *, manifest_sha256: str) -> None:
        self.lesson, self.run, self.manifest_sha256 = lesson, run, manifest_sha256
        self.watched = Watched(lesson.task, examples_of, lesson.config, lesson.device)
        self.board = Board(run.root / "tensorboard", since=lesson.state.step)
        self._warned = False

    def keep(self, terms: Mapping[str, float]) -> None:
        """After a step: log, measure, and last the checkpoint, so that what it says is done has been written."""
        config, state = self.lesson.config, self.lesson.state
        step, last = state.step, state.step == config.steps
        if step % config.log_every == 0 or last:
            adversarial = step > config.pixel_steps
            descent = state.generator_descent if "pixel" in terms or not adversarial else state.critic_descent
            rate = descent.optimizer.param_groups[0]["lr"]
            self._note({"step": step, "phase": "adversarial" if adversarial else "pixel", "rate": rate, **terms})
        if step % config.eval_every == 0 or last or (step == config.pixel_steps):
            self._measure()
        if step % config.checkpoint_every == 0 or last:
            self._checkpoint()

    def close(self, *, train_pairs: int) -> None:
        """Measure once more where the clock ended the run, and write the summary."""
        state, config, stats = self.lesson.state, self.lesson.config, self.run.stats
        if not any("ssim" in row and row["step"] == state.step for row in stats()):
            self._measure()
            self._checkpoint()
        rows = stats()
        best = max((row for row in rows if "ssim" in row), key=lambda row: row["ssim"])
        found = adversarial_phase(rows, begins=config.pixel_steps)
        summary = Summary(
            run=self.run.root.name,
            network=config.network,
            parameters=parameter_count(state.generator),
            steps=state.step,
            ended="whole" if state.step == config.steps else "time",
            seconds=round(state.seconds, 1),
            train_pairs=train_pairs,
            measured_on=self.watched.split,
            measured_pairs=self.watched.pairs,
            best_step=best["step"],
            psnr=best["psnr"],
            ssim=best["ssim"],
            figures={name: value for name, value in best.items() if name != "step"},
            baselines=self.watched.baselines,
            adversarial=found,
            collapsed=collapses(found, config.adversarial) if found else [],
        )
        write_json(self.run.summary, summary.model_dump())
        self.board.close()

    def _measure(self) -> None:
        config, state, run = self.lesson.config, self.lesson.state, self.run
        figures = self.watched.score(state)
        self._note({"step": state.step, **figures})
        if figures["ssim"] > state.best_ssim:
            state.best_ssim = figures["ssim"]
            save_generator(run.best, state, config=config)
        self.watched.draw(state, run.panel(state.step))
        told = f"PSNR {figures['psnr']:.2f} dB, SSIM {figures['ssim']:.3f}"
        log.info("%s: step %d of %d, %s", run.root.name, state.step, config.steps, told)
        rows = run.stats()
        draw_curves(run.curves, rows, baselines=self.watched.baselines, adversarial_from=config.pixel_steps)
        found = adversarial_phase(rows, begins=config.pixel_steps)
        reasons = collapses(found, config.adversarial) if found else []
        if reasons and not self._warned:
            log.warning("%s: step %d: it collapses: %s", run.root.name, state.step, "; ".join(reasons))
        self._warned = bool(reasons)

    def _checkpoint(self) -> None:
        self.lesson.state.save(self.run.checkpoint, config=self.lesson.config, manifest_sha256=self.manifest_sha256)

    def _note(self, row: Mapping[str, Any]) -> None:
        self.run.note(row)
        self.board.note(row)
