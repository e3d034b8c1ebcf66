"""Which rows a person means, from what FiftyOne tells of the App: a picture in view, those ticked, or a view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.review.plugin.aim import is_of_a_view, next_unjudged, root_of, stage_of, take_aim


class Samples:
    """As much of FiftyOne's dataset or view as the plugin asks."""

    def __init__(self, samples: Sequence[dict[str, Any]], info: dict[str, Any] | None = None) -> None:
        self.samples = list(samples)
        self.info = info or {}

    def values(self, names: Sequence[str]) -> list[list[Any]]:
        return [[sample[name] for sample in self.samples] for name in names]

    def select(self, ids: Sequence[str]) -> Samples:
        return Samples([sample for sample in self.samples if sample["id"] in ids])

    def select_group_slices(self, *, _allow_mixed: bool) -> Samples:
        assert _allow_mixed
        return self


def slices(number: int, verdict: str | None = None) -> list[dict[str, Any]]:
    """A row as it is shown: its input and its alpha."""
    told = {"row": f"foreground-{number}", "content": f"content-{number}", "verdict": verdict}
    return [{"id": f"{slice_}-{number}", "group.id": f"group-{number}", **told} for slice_ in ("input", "alpha")]


OURS = {"bgrsr": {"workspace": "/a/set", "stage": "foregrounds"}}
ROWS = [slices(number) for number in range(4)]


@dataclass
class App:
    """FiftyOne's ExecutionContext."""

    dataset: Samples | None = field(default_factory=lambda: Samples([one for row in ROWS for one in row], OURS))
    view: Samples = field(default_factory=lambda: Samples([row[0] for row in ROWS]))
    selected: list[str] = field(default_factory=list)
    current_sample: str | None = None
    has_custom_view: bool = False


def test_the_picture_in_view_is_meant_though_others_are_ticked() -> None:
    app = App(current_sample="alpha-2", selected=["input-0"])
    assert not is_of_a_view(app)
    aim = take_aim(app)
    assert (aim.root, aim.seen, aim.rows) == (Path("/a/set"), {"foreground-2": "content-2"}, ["foreground-2"])


def test_what_is_ticked_is_meant_each_row_once_and_not_the_rest_of_a_view() -> None:
    app = App(selected=["input-1", "alpha-1", "alpha-3"], has_custom_view=True)
    assert take_aim(app).rows == ["foreground-1", "foreground-3"]


def test_a_narrowed_view_is_meant_whole() -> None:
    app = App(view=Samples([ROWS[3][0], ROWS[0][0]]), has_custom_view=True)
    assert is_of_a_view(app)
    assert take_aim(app).seen == {"foreground-3": "content-3", "foreground-0": "content-0"}


def test_the_whole_set_is_never_meant_by_accident() -> None:
    with pytest.raises(InputError, match="nothing is selected"):
        take_aim(App())


@pytest.mark.parametrize("app", [App(view=Samples([]), has_custom_view=True), App(selected=["gone"])])
def test_nothing_to_judge_is_told(app: App) -> None:
    with pytest.raises(InputError, match="the view is empty"):
        take_aim(app)


@pytest.mark.parametrize("dataset", [None, Samples([]), Samples([], {"other": 1})])
def test_a_dataset_that_is_not_ours_is_told_with_what_to_run(dataset: Samples | None) -> None:
    assert stage_of(dataset) == ""
    with pytest.raises(InputError, match="bgrsr review open"):
        root_of(dataset)


def test_a_dataset_of_ours_tells_its_workspace_and_stage() -> None:
    assert (root_of(App().dataset), stage_of(App().dataset)) == (Path("/a/set"), "foregrounds")


def judged(*verdicts: str | None, **more: Any) -> App:
    """A view of one row for each verdict."""
    return App(view=Samples([slices(number, verdict)[0] for number, verdict in enumerate(verdicts)]), **more)


def test_the_next_unjudged_is_the_first_after_the_one_in_view() -> None:
    app = judged(None, "accept", "reject", None, None, current_sample="input-1")
    app.dataset = Samples([one for number in range(5) for one in slices(number)], OURS)
    assert next_unjudged(app) == ("input-3", "group-3")


def test_after_the_last_comes_the_first_of_the_view_and_never_the_one_in_view() -> None:
    assert next_unjudged(judged("accept", None, "reject", None, current_sample="input-3")) == ("input-1", "group-1")
    assert next_unjudged(judged("accept", "accept", "reject", None, current_sample="input-3")) is None


def test_without_a_picture_in_view_it_begins_at_the_start_whatever_is_ticked() -> None:
    assert next_unjudged(judged("accept", None, None, selected=["input-2"])) == ("input-1", "group-1")


def test_a_picture_that_its_own_verdict_took_from_the_view_leaves_the_others() -> None:
    app = App(view=Samples([ROWS[1][0], ROWS[2][0]]), current_sample="input-0")
    assert next_unjudged(app) == ("input-1", "group-1")


def test_where_all_are_judged_there_is_no_next() -> None:
    assert next_unjudged(judged("accept", "reject")) is None
