"""Help: an example for every command, and nothing heavy imported for it (how fast: benchmarks/test_help_speed.py)."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer.main
from small import bgrsr, calm

from bgrsr_data.cli.app import build

HEAVY = ("torch", "fiftyone", "cv2", "yt_dlp", "ray", "matplotlib", "av", "pyarrow", "numpy", "pandas")


def commands() -> Iterator[tuple[str, ...]]:
    """Every command there is, with those inside of groups."""
    queue = [((), typer.main.get_command(build()))]
    while queue:
        words, found = queue.pop()
        inner = getattr(found, "commands", None)
        if inner is None:
            yield words
        else:
            queue += [((*words, name), one) for name, one in inner.items()]


@pytest.mark.parametrize("words", sorted(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example_that_begins_with_itself(words: tuple[str, ...]) -> None:
    found = typer.main.get_command(build())
    for word in words:
        found = found.commands[word]  # type: ignore[attr-defined]
    told = found.help or ""
    assert re.search(rf"^Example: bgrsr {' '.join(words)}\b", told, re.MULTILINE), told
    undocumented = [p.name for p in found.params if p.param_type_name == "option" and not getattr(p, "help", None)]
    assert not undocumented


def test_there_are_the_commands_that_the_readme_names() -> None:
    names = {" ".join(words) for words in commands()}
    assert names >= {
        "init", "status", "explain", "retry", "forget", "run", "doctor", "recipes", "fetch", "frames", "deblur", "key",
        "trimap", "combine", "publish", "review open", "review pull", "report", "quickstart", "evaluate",
    }  # fmt: skip


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys\nfrom bgrsr_data.cli import main\nsys.argv = ['bgrsr', '--help']\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print('HEAVY', [name for name in {HEAVY} if name in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=calm()).stdout
    assert told.rstrip().endswith("HEAVY []")


def test_the_version_is_told() -> None:
    from bgrsr_data import __version__

    assert bgrsr("--version").stdout == f"bgrsr {__version__}\n"


def test_an_unknown_command_and_an_unknown_flag_end_with_2() -> None:
    assert bgrsr("fly").returncode == 2
    assert bgrsr("key", "--wings", "2").returncode == 2
