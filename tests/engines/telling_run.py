"""Run two items that tell how far they are, on a terminal: python telling_run.py WORKSPACE."""

from __future__ import annotations

import sys
from pathlib import Path

from odd_stages import Odd

from bgrsr_data.cli.progress import progress_bars
from bgrsr_data.runner import Moment, run_stage
from bgrsr_data.workspace import Workspace

if __name__ == "__main__":
    place = Workspace.create(Path(sys.argv[1]))
    with place.writing(), progress_bars() as progress:

        def draw_at_once(moment: Moment) -> None:
            """Ten times a second would do, were there no machine so busy that it draws nothing between two moments."""
            progress(moment)
            progress.__self__._bars.refresh()  # type: ignore[attr-defined]

        outcome = run_stage(Odd({"a": "tell 30", "b": "tell 30"}), place, workers=1, progress=draw_at_once)
        print(f"{outcome.done} done")  # noqa: T201 - its result
