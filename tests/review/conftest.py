"""A small real set, and a FiftyOne that is the tests' own (the fixture `database` of all tests)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from processes import GIVE_UP_S
from skimage import data

from bgrsr_data.errors import BgrsrError
from bgrsr_data.ledger import Done
from bgrsr_data.manifests import manifest_path, write_rows
from bgrsr_data.media.colour import to_linear, to_srgb8
from bgrsr_data.media.images import write_image
from bgrsr_data.records import Background, Clip, Combination, Foreground, Frame, Record, Trimap
from bgrsr_data.workspace import Workspace

DRIVER = Path(__file__).with_name("driver.py")
SIZE = 256
SCREEN = (20, 170, 60)


class SmallSet:
    """A published workspace: the astronaut before a green screen, one foreground a row, and one COCO person."""

    def __init__(self, root: Path, count: int) -> None:
        self.workspace = Workspace.create(root)
        self.foregrounds = [self._foreground(number) for number in range(count)]
        self.others: list[Record] = [self._background()]
        self.frames = [self._frame(number) for number in range(count)]
        self.publish()

    def publish(self, combinations: list[Combination] | None = None) -> None:
        """Put the rows into ledger and manifests."""
        rows: list[Record] = [*self.foregrounds, *self.others, *self.frames]
        self.workspace.ledger.commit(Done("key", "all", "fingerprint", "done"), rows)
        by_kind: dict[type[Record], list[Any]] = {m: [] for m in (Foreground, Frame, Background, Trimap, Clip)}
        by_kind[Combination] = list(combinations or [])
        for row in rows:
            by_kind[type(row)].append(row)
        for model, of_kind in by_kind.items():
            write_rows(manifest_path(self.workspace.root, model), model, of_kind)

    def change(self, number: int) -> Foreground:
        """Make one foreground anew, with other pixels."""
        row = self.foregrounds[number]
        alpha = np.where(ellipse(0.2) > 0.5, 255, 0).astype(np.uint8)
        sha256 = write_image(self.workspace.root / row.alpha_path, alpha)
        self.foregrounds[number] = row.model_copy(update={"sha256": sha256})
        self.publish()
        return self.foregrounds[number]

    def add_coco_person(self) -> Foreground:
        """Add a person whose files are a window of a larger image."""
        root = self.workspace.root
        write_image(root / "clips/crowd.png", portrait())
        (root / "clips/crowd.json").write_text(json.dumps({"annotations": [{"id": 7, "bbox": [64, 32, 128, 192]}]}))
        write_image(root / "trimaps/7/trimap.png", np.full((192, 128), 128, np.uint8))
        clip = Clip(
            id="clip-crowd", source="coco", role="coco", person="p7", licence="CC0-1.0", creator="NASA", title="crowd",
            path="clips/crowd.png", sha256="0", media="still", width=SIZE, height=SIZE, frames=1, duration=Fraction(0),
            codec="png", annotations="clips/crowd.json",
        )  # fmt: skip
        trimap = Trimap(
            id="trimap-7", clip=clip.id, annotation=7, person="p7", path="trimaps/7/trimap.png",
            mask="trimaps/7/trimap.png", sha256="0", width=128, height=192, area_px=100, band_px=4,
        )  # fmt: skip
        write_image(root / "trimaps/7/alpha.png", np.full((192, 128), 255, np.uint8))
        write_image(root / "trimaps/7/fg.png", portrait()[32:224, 64:192])
        row = Foreground(
            id="foreground-coco", clip=clip.id, original=trimap.id, person="p7", alpha_path="trimaps/7/alpha.png",
            foreground_path="trimaps/7/fg.png", sha256="0", width=128, height=192, box_left=0, box_top=0, box_right=128,
            box_bottom=192, score=0.4, scores={"band": 0.2},
        )  # fmt: skip
        self.foregrounds.append(row)
        self.others += [clip, trimap]
        self.publish()
        return row

    def combination(self, number: int) -> Combination:
        """A combination of one foreground."""
        return Combination(
            id=f"combination-{number}", foreground=self.foregrounds[number].id, original_background="background-rocket",
            target_background="background-rocket", split="train", zoom=1.0, left=0.1, top=0.0,
            flip=False, noise=0.0, seed=3,
        )  # fmt: skip

    def _foreground(self, number: int) -> Foreground:
        folder = f"foregrounds/{number}"
        alpha = ellipse(0.42 - 0.03 * number)
        sha256 = write_image(self.workspace.root / folder / "alpha.png", np.rint(alpha * 255).astype(np.uint8))
        write_image(self.workspace.root / folder / "fg.png", portrait())
        return Foreground(
            id=f"foreground-{number}", clip="clip-astronaut", original=f"frame-{number}", person="astronaut",
            alpha_path=f"{folder}/alpha.png", foreground_path=f"{folder}/fg.png", sha256=sha256, width=SIZE,
            height=SIZE, box_left=0, box_top=0, box_right=SIZE, box_bottom=SIZE, screen="#14AA3C", screen_name="green",
            score=0.9 - 0.1 * number, scores={"spill": 0.01 * number, "holes": 0.0, "edge-px": 2.5},
        )  # fmt: skip

    def _frame(self, number: int) -> Frame:
        path = f"frames/{number}.png"
        alpha = ellipse(0.42 - 0.03 * number)[..., None]
        screen = np.broadcast_to(np.array(SCREEN, np.uint8), (SIZE, SIZE, 3))
        light = alpha * to_linear(portrait()) + (1 - alpha) * to_linear(np.ascontiguousarray(screen))
        sha256 = write_image(self.workspace.root / path, to_srgb8(light.astype(np.float32)))
        return Frame(
            id=f"frame-{number}", clip="clip-astronaut", role="greenscreen", person="astronaut", path=path,
            sha256=sha256, width=SIZE, height=SIZE, pts=number, time_base=Fraction(1, 25), dhash="0" * 16,
            sharpness=100.0, sharpness_ratio=1.0,
        )  # fmt: skip

    def _background(self) -> Background:
        sha256 = write_image(self.workspace.root / "backgrounds/rocket.png", np.ascontiguousarray(data.rocket()))
        return Background(
            id="background-rocket", clip="clip-rocket", place="rocket", path="backgrounds/rocket.png", sha256=sha256,
            width=640, height=427,
        )  # fmt: skip


def portrait() -> NDArray[np.uint8]:
    """The astronaut, (256, 256, 3) uint8 sRGB."""
    return np.asarray(cv2.resize(data.astronaut(), (SIZE, SIZE), interpolation=cv2.INTER_AREA), np.uint8)


def ellipse(width: float) -> NDArray[np.float32]:
    """An alpha with a soft edge, (256, 256) float32 [0, 1]."""
    y, x = np.mgrid[0:SIZE, 0:SIZE].astype(np.float32) / SIZE
    distance = np.hypot((x - 0.45) / width, (y - 0.6) / 0.6)
    return np.asarray(np.clip((1 - distance) * 20 + 0.5, 0, 1), np.float32)


class FiftyOne:
    """FiftyOne in a process of its own, so that nothing of it reaches the test session."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self._process = subprocess.Popen(
            [sys.executable, DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __call__(self, command: str, small_set: SmallSet, **options: object) -> Any:
        """Run one of the driver's commands on a workspace; an error of ours is raised here."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, str(small_set.workspace.root), options]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        assert line, "the driver died"
        answer = json.loads(line)
        if "error" in answer:
            raise BgrsrError(answer["error"])
        return answer["result"]

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=2 * GIVE_UP_S)


@pytest.fixture(scope="session")
def fiftyone(database: dict[str, str]) -> Iterator[FiftyOne]:
    """A running FiftyOne."""
    driver = FiftyOne(database)
    yield driver
    driver.close()


@pytest.fixture
def small_set(tmp_path: Path) -> Iterator[SmallSet]:
    """Three foregrounds."""
    made = SmallSet(tmp_path / "My Set", 3)
    yield made
    made.workspace.close()
