"""Recipes: checked as a whole before anything runs, each mistake told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.recipes import find_recipe, read_recipe


def recipe(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    return path


def test_stages_come_in_order_with_their_options(tmp_path: Path) -> None:
    read = read_recipe(recipe(tmp_path, "about: x\nsteps:\n  - key: {despill: 0.5}\n  - combine\n  - publish:\n"))
    assert [stage.name for stage in read.stages] == ["key", "combine", "publish"]
    assert read.stages[0].options.despill == 0.5
    assert read.stages[1].options.per_foreground == 12


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("about: x\nstep:\n  - key\n", 2, "unknown key 'step'; did you mean 'steps'?"),
        ("about: x\n", 1, "'steps' must be a list of stages"),
        ("steps: []\n", 1, "'steps' must be a list of stages"),
        ("- key\n", 1, "a recipe begins with 'steps:'"),
        ("", 1, "a recipe begins with 'steps:'"),
        ("steps:\n  - fetch\n  - kye\n", 3, "there is no stage 'kye'; did you mean 'key'?"),
        ("steps:\n  - key:\n      dispill: 1\n", 3, "key: unknown key 'dispill'; did you mean 'despill'?"),
        ("steps:\n  - key:\n      despill: 7\n", 3, "key: 'despill': input should be less than or equal to 1, not 7"),
        ("steps:\n  - key: 3\n", 2, "the options of key must be keys with values"),
        ("steps:\n  - {key: {}, combine: {}}\n", 2, "a step is the name of a stage"),
        ("steps:\n  - 7\n", 2, "a step is the name of a stage"),
        ("sources: [gone.yaml]\nsteps:\n  - key\n", 1, "there is no source list"),
        ("sources: gone.yaml\nsteps:\n  - key\n", 1, "'sources' must be a list"),
        ("steps:\n  - key\n   bad: [\n", 3, "is not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    path = recipe(tmp_path, text)
    with pytest.raises(InputError) as refused:
        read_recipe(path)
    message = str(refused.value)
    assert message.startswith(f"{path}, line {line}: {told}")
    assert "\n" not in message


def test_a_file_that_is_missing_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_recipe(tmp_path / "gone.yaml")
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"steps:\n  - \xff\xfe\n")
    with pytest.raises(InputError, match="line 2: is not UTF-8 text"):
        read_recipe(path)


def test_a_recipe_is_found_by_path_or_by_name(tmp_path: Path) -> None:
    path = recipe(tmp_path, "steps: [key]\n")
    assert find_recipe(str(path)) == path
    assert find_recipe("quickstart").name == "quickstart.yaml"
    with pytest.raises(InputError, match="did you mean 'quickstart'"):
        find_recipe("quickstrat")


def test_sources_are_relative_to_the_recipe(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "mine.yaml").write_text("sources: []\n")
    read = read_recipe(recipe(tmp_path, "sources: [lists/mine.yaml]\nsteps: [fetch]\n"))
    assert read.sources == [(tmp_path / "lists" / "mine.yaml").resolve()]
