"""Run slow items in a workspace until somebody ends this process: python slow_run.py WORKSPACE."""

from __future__ import annotations

import sys
from pathlib import Path

from odd_stages import Odd

from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

if __name__ == "__main__":
    place = Workspace.create(Path(sys.argv[1]))
    with place.writing(), progress_bars() as progress:
        run_stage(Odd({f"item-{n}": f"sleep {n and 600}" for n in range(4)}), place, workers=2, progress=progress)
