"""Run quick items in a workspace, whose workers speak all the time, until somebody ends this process."""

from __future__ import annotations

import sys
from pathlib import Path

from odd_stages import Odd

from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

if __name__ == "__main__":
    place = Workspace.create(Path(sys.argv[1]))
    with place.writing():
        run_stage(Odd({f"item-{n}": "write" for n in range(100_000)}), place, workers=2)
