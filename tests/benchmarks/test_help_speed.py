"""What `bgrsr --help` costs beside importing its framework: pytest -m benchmark -s, on this file."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest
from small import calm, command

pytestmark = pytest.mark.benchmark


def child_s(words: list[str]) -> float:
    """Processor seconds of the fastest of five calls of a command."""
    taken = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(words, check=True, capture_output=True, env=calm())
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(taken)


def test_help_costs_little_more_than_its_framework() -> None:
    ours, bare = child_s(command("--help")), child_s([sys.executable, "-c", "import typer.rich_utils"])
    print(f"\nbgrsr --help: {ours:.2f} CPU-s; importing Typer and Rich: {bare:.2f}; {ours / bare:.1f} times")
    assert ours < 3 * bare
