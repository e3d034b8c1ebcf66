"""How the code is laid out: imports go down, files stay short, every recipe reads."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from bgrsr_data.fetch.sources import read_sources
from bgrsr_data.recipes import built_in, read_recipe

ROOT = Path(__file__).parents[1]
CODE = sorted([*(ROOT / "bgrsr_data").rglob("*.py"), *(ROOT / "training").rglob("*.py")])
RECIPES = sorted((ROOT / "pipelines").glob("*.yaml"))


def test_imports_go_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ended = subprocess.run([str(linter), "--no-cache"], check=False, capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 0, ended.stdout


def test_there_is_code_to_look_at() -> None:
    assert len(CODE) > 100
    assert RECIPES


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_fewer_than_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 300


def test_no_two_files_of_tests_have_one_name() -> None:
    """Pytest imports them by their bare names, and would stop at the second."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("*.py") if path.name != "conftest.py")
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_a_recipe_reads(path: Path) -> None:
    if path.stem == "footage" and not (ROOT.parent / "shared" / "data").is_dir():
        pytest.skip("its footage is not here")
    recipe = read_recipe(path)
    assert recipe.about
    assert recipe.stages[0].name == "fetch"
    for listed in recipe.sources:
        read_sources(listed)


def test_every_recipe_is_found_by_name() -> None:
    assert set(built_in()) == {path.stem for path in RECIPES}
