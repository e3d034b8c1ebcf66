"""The form of a new key shows what holds for a picture today, and gives back only what a person changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from keying.keyed_frames import foreground_ids, frame, key_frames

from bgrsr_data.errors import InputError
from bgrsr_data.keying.options import KeyOptions
from bgrsr_data.keying.single import OF_CLIPS, OF_FRAMES, SHAPES
from bgrsr_data.keying.step import KeyFrames
from bgrsr_data.ledger import Done
from bgrsr_data.review.plugin.keyform import ask, changed_of, shapes_of, todays_values
from bgrsr_data.review.rekey import rekey
from bgrsr_data.runner import run_stage
from bgrsr_data.workspace import Workspace

USUAL = {name: value for name, value in KeyOptions().model_dump().items() if name in OF_FRAMES} | dict.fromkeys(
    SHAPES, ""
)
BOX, STAND = "0,0,0.5,1", "0.9,0,1,1"


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three foregrounds; not to be written in."""
    return key_frames(tmp_path_factory.mktemp("form") / "workspace")


@pytest.fixture
def place(keyed: Path, tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(Path(shutil.copytree(keyed, tmp_path / "workspace")))
    yield opened
    opened.close()


def test_a_picture_that_nobody_changed_shows_the_options_it_was_keyed_with(place: Workspace) -> None:
    assert todays_values(place.root, foreground_ids()[:1]) == USUAL
    run_stage(KeyFrames(KeyOptions(despill=0.7, garbage=(STAND,))), place, workers=1)
    shown = todays_values(place.root, foreground_ids()[:1])
    assert shown == USUAL | {"despill": 0.7}  # shapes of all pictures are not this one's to lift


def test_a_picture_that_was_keyed_anew_shows_its_own_options_and_the_others_do_not(place: Workspace) -> None:
    first, second, _ = foreground_ids()
    rekey(place, [second], {"despill": 0.5, "garbage": BOX}, reviewer="Ada")
    rekey(place, [second], {"garbage": STAND}, reviewer="Ada")
    assert todays_values(place.root, [second]) == USUAL | {"despill": 0.5, "garbage": f"{BOX}; {STAND}"}
    assert todays_values(place.root, [first, second]) == USUAL  # of several, the first


def test_what_is_asked_for_is_what_the_form_then_shows(place: Workspace) -> None:
    rows = foreground_ids()[:1]
    rekey(place, rows, {"garbage": BOX}, reviewer="Ada")
    before = todays_values(place.root, rows)
    filled = before | {"garbage": f" {STAND} ;0,0,1,0.1;", "despill": 0.25, "motion": False}
    rekey(place, rows, changed_of(filled, before), reviewer="Ada")
    wanted = before | {"garbage": f"{STAND}; 0,0,1,0.1", "despill": 0.25, "motion": False}
    assert todays_values(place.root, rows) == wanted
    rekey(place, rows, changed_of(wanted | {"garbage": None}, wanted), reviewer="Ada")
    assert todays_values(place.root, rows)["garbage"] == ""


def test_a_workspace_where_nothing_is_keyed_is_told_what_to_run(tmp_path: Path) -> None:
    with closing(Workspace.create(tmp_path / "workspace")) as fresh:
        fresh.ledger.commit(Done("frames", "clip-1", "", "done"), [frame(0, "0")])
        with pytest.raises(InputError, match="nothing is keyed here; run: bgrsr key"):
            todays_values(fresh.root, ["frame-0"])


def test_a_row_that_was_not_keyed_is_told(place: Workspace) -> None:
    with pytest.raises(InputError, match="foreground-x: there is no such row"):
        todays_values(place.root, ["foreground-x"])


def test_a_form_that_is_sent_as_it_was_changes_nothing() -> None:
    assert changed_of(USUAL, USUAL) == {}
    assert changed_of({"note": "why"}, USUAL) == {}  # what is no option
    assert changed_of(dict.fromkeys(USUAL), USUAL) == {}  # a field that is empty


def test_only_what_was_changed_is_told_and_shapes_take_the_place_of_those_before() -> None:
    values = USUAL | {"subject": BOX}
    assert changed_of(values | {"screen": "#00FF00", "despill": 0.0}, values) == {"screen": "#00FF00", "despill": 0.0}
    assert changed_of(values | {"subject": f"{BOX}; {STAND}"}, values) == {"subject": ["", BOX, STAND]}
    assert changed_of(values | {"subject": ""}, values) == changed_of({"subject": None}, values) == {"subject": [""]}


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("", []),
        (" ; ", []),
        (BOX, [BOX]),
        (f"{BOX};0.1,0.2 0.3,0.4 0.5,0 ; mask.png", [BOX, "0.1,0.2 0.3,0.4 0.5,0", "mask.png"]),
    ],
)
def test_shapes_are_parted_by_what_no_shape_holds(text: str, shapes: list[str]) -> None:
    assert shapes_of(text) == shapes


class Form:
    """As much of FiftyOne's `types.Object` as the plugin asks: it keeps what is put into it."""

    def __init__(self) -> None:
        self.fields: dict[str, tuple[str, dict[str, Any]]] = {}

    def enum(self, name: str, values: list[str], **told: Any) -> None:
        self.fields[name] = ("enum", {"values": values, **told})

    def bool(self, name: str, *, view: object, **told: Any) -> None:
        self.fields[name] = ("bool", told)

    def float(self, name: str, **told: Any) -> None:
        self.fields[name] = ("float", told)

    def str(self, name: str, **told: Any) -> None:
        self.fields[name] = ("str", told)


class Types:
    """Of FiftyOne's `types`, what the form needs."""

    SwitchView = object


def test_every_option_of_a_frame_is_a_field_of_its_kind_filled_in_as_it_is_today() -> None:
    form, values = Form(), USUAL | {"despill": 0.25, "garbage": BOX}
    ask(form, Types, values)
    assert list(form.fields) == list(OF_FRAMES)
    assert not form.fields.keys() & set(OF_CLIPS)
    assert {name: told["default"] for name, (_, told) in form.fields.items()} == values
    kinds = {name: kind for name, (kind, _) in form.fields.items()}
    assert kinds == {
        "screen": "str", "domain": "enum", "despill": "float", "motion": "bool", "garbage": "str", "subject": "str",
        "min_score": "float",
    }  # fmt: skip


def test_a_field_says_what_may_be_put_in() -> None:
    form = Form()
    ask(form, Types, USUAL)
    assert form.fields["domain"][1]["values"] == ["auto", "linear", "srgb"]
    assert (form.fields["despill"][1]["min"], form.fields["despill"][1]["max"]) == (0, 1)
    assert form.fields["min_score"][1]["label"] == "Min score"
    told = form.fields["garbage"][1]["description"]
    assert told.endswith(". Several: put ; between them.")
    assert "as often as you like" not in told  # which is about the command line
