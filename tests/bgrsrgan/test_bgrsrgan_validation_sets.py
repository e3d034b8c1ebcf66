"""What `validate` compares, and by whom it judges: parts of sets, leaks, keys that can be trusted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from published_set import publish_set

from bgrsr_data.combine.render import Renderer
from bgrsr_data.errors import InputError
from bgrsr_data.manifests import manifest_path, read_rows, write_rows
from bgrsr_data.records import Clip, Combination, Foreground, Frame
from bgrsrgan.validation.held_out import hold_out
from bgrsrgan.validation.sets import TrainingSet, refuse_equal, whole_sets
from bgrsrgan.validation.variants import FILTERS, variant_of
from bgrsrgan.validation.view import view_of


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("sets") / "before"
    publish_set(root).close()
    return root


@pytest.fixture
def after(before: Path, tmp_path: Path) -> Path:
    """The same set, with other draws to learn from."""
    root = shutil.copytree(before, tmp_path / "after")
    _edit(root, Combination, lambda row: {"seed": row.seed + 7} if row.split == "train" else {})
    return root


def _edit(root: Path, model, change) -> None:
    rows = [row.model_copy(update=change(row)) for row in read_rows(manifest_path(root, model), model)]
    write_rows(manifest_path(root, model), model, rows)


def _whole(root: Path) -> TrainingSet:
    return whole_sets([root])[0]


def _held_out(*roots: Path, source: Path | None = None, each: int = 8, min_score: float = 0.6):
    return hold_out(whole_sets(roots), source, each=each, min_score=min_score)


def test_a_set_learns_from_its_training_split_alone(before: Path) -> None:
    one = _whole(before)
    assert (one.name, len(one.rows), one.keys, one.people, one.backgrounds) == ("before", 3, 1, 1, 2)


def test_sets_are_named_by_as_much_of_their_path_as_tells_them_apart(before: Path, tmp_path: Path) -> None:
    other = shutil.copytree(before, tmp_path / "x" / "before")
    assert [one.name for one in whole_sets([before, other])] == [f"{before.parent.name}/before", "x/before"]


def test_equal_content_is_equal_wherever_it_lies_and_nothing_to_compare(before: Path, tmp_path: Path) -> None:
    sets = whole_sets([before, shutil.copytree(before, tmp_path / "copy")])
    assert sets[0].sha256 == sets[1].sha256
    with pytest.raises(InputError, match=r"copy and before hold the same to learn from; .*--variant again"):
        refuse_equal(sets)


def test_other_pixels_under_the_same_names_are_another_set(before: Path, tmp_path: Path) -> None:
    other = shutil.copytree(before, tmp_path / "other")
    _edit(other, Foreground, lambda row: {"sha256": "0" * 64} if row.id == "foreground-train" else {})
    sets = whole_sets([before, other])
    assert sets[0].sha256 != sets[1].sha256
    refuse_equal(sets)


def test_one_set_alone_and_one_given_twice_are_refused(before: Path) -> None:
    with pytest.raises(InputError, match="nothing to compare with"):
        refuse_equal([_whole(before)])
    with pytest.raises(InputError, match="given twice"):
        whole_sets([before, before / "../before"])


def test_the_same_data_with_other_seeds_can_be_compared(before: Path) -> None:
    one = _whole(before)
    again = variant_of(one, "again")
    assert again.rows == one.rows
    assert again.first_seed != one.first_seed
    refuse_equal([one, again])


def test_a_variant_keeps_what_its_filters_keep(before: Path, tmp_path: Path) -> None:
    root = shutil.copytree(before, tmp_path / "set")
    first, *others = read_rows(manifest_path(root, Foreground), Foreground)
    rows = read_rows(manifest_path(root, Combination), Combination)
    poor = first.model_copy(update={"id": "foreground-poor", "score": 0.3, "person": "poor", "original": "frame-sharp"})
    write_rows(manifest_path(root, Foreground), Foreground, [poor, first, *others])
    more = [row.model_copy(update={"id": f"{row.id}-2", "foreground": poor.id}) for row in rows if row.split == "train"]
    write_rows(manifest_path(root, Combination), Combination, [*rows, *more])
    one = _whole(root)
    assert len(one.rows) == 6
    assert {row.foreground for row in variant_of(one, "min-score=.5").rows} == {"foreground-train"}
    assert {row.foreground for row in variant_of(one, "without=poor").rows} == {"foreground-train"}
    assert variant_of(one, "people=1").people == 1
    assert len(variant_of(one, "pairs=4").rows) == 4
    assert len(variant_of(one, "without=poor,pairs=2").rows) == 2
    assert {row.id for row in variant_of(one, "pairs=2").rows} < {row.id for row in variant_of(one, "pairs=4").rows}
    assert variant_of(one, "pairs=4").name == "pairs=4"


def test_without_deblurring_means_without_the_frames_it_made(before: Path, tmp_path: Path) -> None:
    root = shutil.copytree(before, tmp_path / "set")
    one = _whole(root)
    with pytest.raises(InputError, match="no manifest says which frames were deblurred"):
        variant_of(one, "no-deblur")
    made = Frame(
        id="frame-train", clip="clip-train", role="greenscreen", person="astronaut-train", path="x.png", sha256="0",
        width=8, height=8, pts=0, time_base="1/25", dhash="", sharpness=1, sharpness_ratio=1, decision="improved",
    )  # fmt: skip
    for decision in ("improved", "replaced"):
        write_rows(manifest_path(root, Frame), Frame, [made.model_copy(update={"decision": decision})])
        with pytest.raises(InputError, match="leaves nothing of set"):
            variant_of(_whole(root), "no-deblur")
    write_rows(manifest_path(root, Frame), Frame, [made.model_copy(update={"decision": "kept"})])
    with pytest.raises(InputError, match="leaves out none of the 3 combinations of set"):
        variant_of(_whole(root), "no-deblur")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("blur=3", "'blur' is no filter, .*there are min-score=VALUE"),
        ("min-score", "'min-score' is no filter, or its value is missing"),
        ("no-deblur=1", "'no-deblur' is no filter, or its value is missing or too much"),
        ("min-score=high", "'high' is no number"),
        ("people=0", "people=0 is no whole number above 0"),
        ("pairs=1.5", "pairs=1.5 is no whole number above 0"),
        ("min-score=2", "leaves nothing of before to learn from"),
        ("backgrounds=1", "leaves nothing of before to learn from"),
        ("min-score=0", r"leaves out none of the 3 combinations of before: its keys score 1\.00 to 1\.00$"),
        ("without=nobody", "leaves out none of the 3 combinations of before"),
    ],
)
def test_an_unfit_variant_is_refused_in_a_line(before: Path, spec: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        variant_of(_whole(before), spec)


def test_every_filter_says_what_stays() -> None:
    assert all(one.says for one in FILTERS.values())


def test_the_judge_is_what_the_first_set_holds_out(before: Path, after: Path) -> None:
    judge = _held_out(before, after)
    assert judge.people == ["astronaut-test", "astronaut-val"]
    assert {row.split for row in judge.rows} == {"val", "test"}
    assert (judge.left_out, judge.least_score) == ((), 1.0)


def test_whom_another_set_learned_from_is_left_out_of_the_judge_and_named(before: Path, after: Path) -> None:
    _edit(after, Combination, lambda row: {"split": "train"} if row.split == "test" else {})
    judge = _held_out(before, after)
    assert judge.people == ["astronaut-val"]
    assert any("astronaut-test" in told and told.endswith("in after too") for told in judge.left_out)


def test_a_person_under_another_name_is_found_by_the_file(before: Path, after: Path) -> None:
    own = {row.id: row for row in read_rows(manifest_path(before, Foreground), Foreground)}
    _edit(
        after, Foreground,
        lambda row: {"sha256": own["foreground-test"].sha256} if row.id == "foreground-train" else {},
    )  # fmt: skip
    assert _held_out(before, after).people == ["astronaut-val"]


def test_a_judge_that_was_asked_for_and_leaks_is_refused_with_names(before: Path, after: Path) -> None:
    _edit(after, Combination, lambda row: {"split": "train"} if row.split == "test" else {})
    with pytest.raises(InputError, match="held out was learned from in after: person 'astronaut-test' is in"):
        _held_out(before, after, source=before)


def test_a_judge_of_which_nothing_is_left_is_refused(before: Path, after: Path) -> None:
    _edit(after, Combination, lambda row: {"split": "train"})
    with pytest.raises(InputError, match="all that it holds out was learned from in after"):
        _held_out(before, after)


def test_a_folder_that_nobody_learns_from_judges_with_all_its_splits(before: Path, tmp_path: Path) -> None:
    root = shutil.copytree(before, tmp_path / "judge")
    _edit(root, Foreground, lambda row: {"person": f"other-{row.person}", "clip": f"other-{row.clip}",
                                         "id": f"{row.id}-o", "sha256": f"{row.sha256[:-1]}x"})  # fmt: skip
    _edit(root, Combination, lambda row: {"foreground": f"{row.foreground}-o"})
    one = _whole(before)
    with pytest.raises(InputError, match=r"place '(coffee|rocket)-train' is in"):
        hold_out([one], root, each=8, min_score=0.5)
    rows = [r for r in read_rows(manifest_path(root, Combination), Combination) if r.split != "train"]
    write_rows(manifest_path(root, Combination), Combination, [r.model_copy(update={"split": "train"}) for r in rows])
    judge = hold_out([one], root, each=8, min_score=0.5)
    assert judge.people == ["other-astronaut-test", "other-astronaut-val"]


def test_the_best_keys_of_each_person_judge_and_poor_ones_never(before: Path, tmp_path: Path) -> None:
    root = shutil.copytree(before, tmp_path / "set")
    keys = read_rows(manifest_path(root, Foreground), Foreground)
    tested = next(row for row in keys if row.id == "foreground-test")
    other = {name: tested.model_copy(update={"id": name, "score": score}) for name, score in (("p", 0.3), ("q", 0.8))}
    write_rows(manifest_path(root, Foreground), Foreground, [*keys, *other.values()])
    rows = read_rows(manifest_path(root, Combination), Combination)
    more = [
        row.model_copy(update={"id": f"{row.id}-{name}", "foreground": name})
        for row in rows for name in other if row.split == "test"
    ]  # fmt: skip
    write_rows(manifest_path(root, Combination), Combination, [*rows, *more])
    all_good = [row.foreground for row in _held_out(root, each=4).rows if row.split == "test"]
    assert sorted(all_good) == ["foreground-test", "foreground-test", "q", "q"]
    assert [r.foreground for r in _held_out(root, each=1).rows if r.split == "test"] == ["foreground-test"]


def test_keys_of_which_none_can_be_trusted_are_no_judge(before: Path, tmp_path: Path) -> None:
    root = shutil.copytree(before, tmp_path / "set")
    _edit(root, Foreground, lambda row: {"score": 0.4})
    with pytest.raises(InputError, match=r"no key that is held out scores 0.6 or more \(the best: 0.40\)"):
        _held_out(root)


def test_a_folder_without_manifests_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such manifest; publish one with: bgrsr publish"):
        whole_sets([tmp_path])


def test_clips_are_named_by_title_source_or_role(before: Path, tmp_path: Path) -> None:
    root = shutil.copytree(before, tmp_path / "set")
    clip = Clip(
        id="clip-train", source="source-new", role="coco", person="x", licence="CC0-1.0", creator="c", title="Take 3",
        path="x.mp4", sha256="0", media="video", width=8, height=8, frames=1, duration=1, codec="h264",
    )  # fmt: skip
    write_rows(manifest_path(root, Clip), Clip, [clip])
    for name in ("Take 3", "source-new", "coco", "clip-train"):
        with pytest.raises(InputError, match="leaves nothing"):
            variant_of(_whole(root), f"without={name}")


def test_a_part_of_a_set_renders_as_in_the_whole_and_holds_nothing_else(before: Path, tmp_path: Path) -> None:
    one = _whole(before)
    assert view_of(one, tmp_path) == before
    part = variant_of(one, "pairs=2")
    view = view_of(part, tmp_path)
    assert view_of(part, tmp_path) == view  # again, over the first
    assert not any(path.is_file() and not path.is_symlink() for path in view.glob("*"))  # no pixels were copied
    shown, whole = (
        Renderer(view, lr_size=(24, 18), hr_size=(48, 36)),
        Renderer(before, lr_size=(24, 18), hr_size=(48, 36)),
    )
    assert shown.combinations() == list(part.rows)
    assert (shown.render(part.rows[0]).hr_target == whole.render(part.rows[0]).hr_target).all()
