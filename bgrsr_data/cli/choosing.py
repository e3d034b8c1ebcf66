"""The command that chooses among the frames of the whole set: select."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from bgrsr_data.cli.parameters import JsonOption, WorkspaceOption, with_options
from bgrsr_data.selection.options import SelectOptions

HERE = Path()


def commands(app: typer.Typer) -> None:
    """Add this command to `app`."""
    app.command()(with_options(SelectOptions)(select))


def select(workspace: WorkspaceOption = HERE, json: JsonOption = False, *, given: dict[str, Any]) -> None:
    """Choose the frames of the set: none twice, none black, a fair share of each person.

    Near-duplicates are found across all clips; those of two people are told, since one of the two names is wrong.

    Example: bgrsr select -w demo --budget 5000
    """
    from bgrsr_data.cli.running import run_in_workspace

    run_in_workspace("select", given, workspace, workers=1, as_json=json)
