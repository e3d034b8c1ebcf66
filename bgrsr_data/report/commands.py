"""How the set is made again: the recipe as it ran here, and the command lines around it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

import yaml

from bgrsr_data.report.facts import Work
from bgrsr_data.report.runs import Run

BY_NAME = ("train", "evaluate")  # a workspace may have several runs of them: each has a command line of its own


def recipe_text(work: Sequence[Work]) -> str:
    """The stages that ran here with their options, as a recipe (YAML)."""
    steps = []
    for one in work:
        options = yaml.safe_load(one.options)
        if one.stage not in BY_NAME:
            steps.append({one.stage: options} if options else one.stage)
    recipe = {"about": "As it ran here", "steps": steps}
    return yaml.safe_dump(recipe, sort_keys=False, allow_unicode=True)


def command_lines(name: str, runs: Sequence[Run]) -> list[tuple[str, list[str]]]:
    """(what they do, command lines), in order.

    Args:
        name: Of the workspace.
        runs: Its training runs.
    """
    place = f"-w {shlex.quote(name)}"
    evaluated = [run.name for run in runs if run.evaluated]
    groups = [
        ("from the sources to the published set", [f"bgrsr run recipe.yaml --sources sources.yaml {place}"]),
        ("the networks", [f"{run.command} {place}" for run in runs if run.command]),
        ("on the held-out split", [f"bgrsr evaluate --name {shlex.quote(one)} {place}" for one in evaluated]),
        ("looks for leaks between the splits", [f"bgrsr publish --check {place}"]),
        ("hashes what every pair looks like: equal on every machine", [f"bgrsr combine --digest {place}"]),
        ("this page", [f"bgrsr report {place}"]),
    ]
    return [(about, lines) for about, lines in groups if lines]
