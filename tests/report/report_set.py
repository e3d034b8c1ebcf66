"""A published workspace whose page is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bgrsr_data.runner import run_stage
from bgrsr_data.stages import make_stage
from bgrsr_data.workspace import Workspace


@dataclass
class Made:
    """The workspace, and the footage with its truth."""

    workspace: Workspace
    footage: Path

    def report(self) -> str:
        """Run the report stage; give the page's text."""
        outcome = run_stage(make_stage("report", {"rows": 2}), self.workspace, workers=1)
        assert not outcome.errors
        return (self.workspace.root / "report" / "index.html").read_text()
