"""How long a large set takes to open: pytest -m benchmark -s, on this file.

20,000 combinations and 2,000 foregrounds, made of a few real pictures that the rows share. Wall seconds and processor
seconds, of everything that is started: the command, FiftyOne's server, and not the database, which serves others too.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from own_mongod import free_port
from review import conftest
from review.conftest import SmallSet

from bgrsr_data.ledger import Done
from bgrsr_data.records import Foreground, content_hash

if TYPE_CHECKING:
    from review.conftest import FiftyOne

pytestmark = pytest.mark.benchmark
fiftyone = conftest.fiftyone  # the fixture; `database` is every test's
DRIVER = Path(__file__).parents[1] / "review" / "driver.py"
FOREGROUNDS, COMBINATIONS, CHANGES = 2_000, 20_000, 10


class LargeSet(SmallSet):
    """Many rows of the pictures of a small set; each has a content of its own."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, 3)
        few, frames = self.foregrounds, self.frames
        self.foregrounds = [self._another(few[n % 3], n) for n in range(FOREGROUNDS)]
        self.frames = [
            frames[n % 3].model_copy(
                update={"id": f"frame-many-{n}", "thumbnail": 2 * content_hash(n), "dhash": content_hash(-n)[:16]}
            )
            for n in range(FOREGROUNDS)
        ]
        self.combinations = [
            self.combination(n % FOREGROUNDS).model_copy(update={"id": f"combination-{n:05d}", "seed": n})
            for n in range(COMBINATIONS)
        ]
        self.publish(self.combinations)
        self.workspace.ledger.commit(Done("combine", "all", "fingerprint", "done"), self.combinations)

    def change_some(self, count: int) -> None:
        """Make as many foregrounds and combinations anew."""
        for number in range(count):
            row = self.foregrounds[number]
            self.foregrounds[number] = row.model_copy(update={"sha256": f"other-{row.sha256}", "score": 0.123})
            pair = self.combinations[-1 - number]
            self.combinations[-1 - number] = pair.model_copy(update={"noise": 0.01})
        self.publish(self.combinations)

    def _another(self, row: Foreground, number: int) -> Foreground:
        changes = {"id": f"foreground-many-{number}", "original": f"frame-many-{number}"}
        return row.model_copy(update=changes | {"person": f"person-{number % 40}", "score": number / FOREGROUNDS})


@pytest.fixture(scope="module")
def large_set(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LargeSet]:
    made = LargeSet(tmp_path_factory.mktemp("large") / "Large Set")
    yield made
    made.workspace.close()


def test_opening_a_large_set(large_set: LargeSet, database: dict[str, str]) -> None:
    """Until the App answers, from nothing, and again when nothing has changed."""
    with measured("both stages, from nothing") as wall:
        for stage in ("foregrounds", "combinations"):
            with measured(f"open --stage {stage}"), app(large_set, database, stage):
                pass
    assert wall() < 60
    with measured("foregrounds again"), app(large_set, database, "foregrounds"):
        pass


def test_syncing_a_few_changes(large_set: LargeSet, fiftyone: FiftyOne) -> None:
    """Ten foregrounds and ten combinations of the large set are made anew, in a process that runs already."""
    for stage in ("foregrounds", "combinations"):
        fiftyone("sync", large_set, stage=stage)
    large_set.change_some(CHANGES)
    with measured("sync of 10 changes, both stages") as wall:
        for stage in ("foregrounds", "combinations"):
            fiftyone("sync", large_set, stage=stage)
    assert wall() < 10


@contextmanager
def app(large_set: LargeSet, environment: dict[str, str], stage: str) -> Iterator[None]:
    """The App, answering."""
    command = [sys.executable, str(DRIVER), str(large_set.workspace.root), str(free_port()), stage]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert urllib.request.urlopen(url, timeout=60).status == 200
        yield
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def measured(what: str) -> Iterator[Callable[[], float]]:
    """Print wall seconds of a block, and processor seconds where its processes end in it; gives the wall seconds."""
    begun, spent = time.monotonic(), children_s()
    took: list[float] = []
    yield lambda: took[0]
    took.append(time.monotonic() - begun)
    ended_s = children_s() - spent
    processor = f", processor {ended_s:.1f} s" if ended_s else ""
    sys.stdout.write(f"\n{what}: {took[0]:.1f} s{processor} (load {os.getloadavg()[0]:.1f})\n")


def children_s() -> float:
    """Processor seconds of the processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
