"""--plan: what a run would do is told before it is done, also where it hangs on what is not there yet."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml
from recovery.conftest import tree
from small import STAGES, bgrsr, write_recipe

BEFORE = "since what comes before changes"


def planned(recipe: Path, workspace: Path, *more: object) -> dict[str, dict[str, Any]]:
    ended = bgrsr("run", recipe, "--plan", "-w", workspace, "-j", 1, "--json", *more)
    assert ended.returncode == 0, ended.stderr
    return {row["stage"]: row for row in json.loads(ended.stdout)}


def test_after_fetch_the_plan_says_what_it_cannot_know(small_set: Path, tmp_path: Path) -> None:
    only_fetch = tmp_path / "fetch.yaml"
    only_fetch.write_text(f"sources: [{small_set.parent / 'sources.yaml'}]\nsteps: [fetch]\n")
    assert bgrsr("run", only_fetch, "-w", tmp_path / "w", "-j", 1).returncode == 0
    before = tree(tmp_path / "w")
    rows = planned(small_set, tmp_path / "w")
    assert [rows[name]["items"] for name in ("fetch", "frames", "deblur", "key")] == [0, 6, None, None]
    assert rows["combine"]["items"] == 1
    assert {name for name in STAGES if rows[name]["seconds"] is None} == set(STAGES) - {"fetch"}
    text = bgrsr("run", small_set, "--plan", "-w", tmp_path / "w").stdout
    assert "about" not in text
    assert "at least" not in text
    (key,) = [line.split() for line in text.splitlines() if line.startswith("key")]
    assert key == ["key", "?", *BEFORE.split(), "0", "?", "?"]
    unknown = "frames, select, deblur, key, trimap, combine, publish"
    assert f"not forecast, since too little ran here to tell: {unknown}" in text
    assert tree(tmp_path / "w") == before


def test_a_changed_option_reaches_everything_that_is_made_from_it(workspace: Path, small_set: Path) -> None:
    changed = write_recipe(small_set.parent / "changed.yaml", key={"despill": 0.5})
    rows = planned(changed, workspace)
    changed.unlink()
    assert rows["deblur"]["items"] == 0
    keyed = rows["key"]["items"]
    assert rows["key"]["why"]["stale"] == keyed > 0
    assert (rows["combine"]["items"], rows["combine"]["why"][BEFORE]) == (1, 1)
    assert rows["publish"]["items"] == rows["publish"]["why"][BEFORE] > 1
    assert rows["publish"]["unchanged"] == 0
    assert rows["publish"]["seconds"] is not None


def test_footage_that_is_added_is_followed_at_the_rate_of_what_ran(
    workspace: Path, small_set: Path, tmp_path: Path
) -> None:
    more = tmp_path / "more.yaml"
    entry = {"name": "tea", "role": "greenscreen", "path": "tea", "licence": "CC0-1.0", "creator": "me"}
    more.write_text(yaml.safe_dump({"sources": [entry]}))
    (tmp_path / "tea").mkdir()
    shutil.copy(small_set.parent / "footage" / "clips" / "astronaut-green.mp4", tmp_path / "tea")
    known, rows = planned(small_set, workspace), planned(small_set, workspace, "--sources", more)
    assert rows["fetch"]["why"] == {"new": 1}
    above = 1.0
    for name, upstream in (("frames", "fetch"), ("deblur", "frames"), ("key", "deblur")):
        above = round(above * known[name]["unchanged"] / known[upstream]["unchanged"])
        assert rows[name]["why"] == {"new": above}
        assert above > 0
    assert rows["combine"]["why"] == {BEFORE: 1}
    text = bgrsr("run", small_set, "--plan", "--sources", more, "-w", workspace, "-j", 1).stdout
    assert text.splitlines()[-1].startswith("about ")


def test_a_source_that_was_changed_in_its_list_is_fetched_again(workspace: Path, small_set: Path) -> None:
    renamed = small_set.parent / "renamed.yaml"
    renamed.write_text((small_set.parent / "sources.yaml").read_text().replace("name: coffee", "name: tea"))
    rows = planned(small_set, workspace, "--sources", renamed)
    renamed.unlink()
    assert rows["fetch"]["why"] == {"stale": 1}
    assert rows["frames"]["why"] == {BEFORE: 1}


def test_at_least_is_said_where_a_part_is_not_known(workspace: Path, small_set: Path) -> None:
    recipe = small_set.parent / "report.yaml"
    recipe.write_text(write_recipe(recipe, key={"despill": 0.5}).read_text() + "- report\n")
    text = bgrsr("run", recipe, "--plan", "-w", workspace, "-j", 1).stdout
    recipe.unlink()
    assert "\nat least " in text
    assert "too little ran here to tell: report" in text
