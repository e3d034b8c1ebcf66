"""What all buttons of the plugin have in common: where they stand, how they ask, act, tell and show.

A button that needs no answer acts at once. Where neither a picture is open nor any is selected it is about all that the
view shows, and asks first, with the count. Whatever goes wrong is told in one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from fiftyone import operators
from fiftyone.core.json import stringify
from fiftyone.operators import types

from bgrsr_data.errors import BgrsrError
from bgrsr_data.review.dataset import refresh, show_verdicts
from bgrsr_data.review.plugin.acts import Told
from bgrsr_data.review.plugin.aim import is_of_a_view, root_of, samples_of, stage_of, take_aim
from bgrsr_data.review.plugin.panel import show_progress
from bgrsr_data.workspace import Workspace

IN_PLACE = 100  # rows


class Button(operators.Operator):  # type: ignore[misc]
    """An act with a place in the App.

    Attributes:
        called: The operator's name, as in `fiftyone.yml`.
        label: On the button.
        key: That presses it, as in `keys.js`.
        icon: Of Material Icons, in the list of operators.
        stages: The datasets on which it stands; all of ours where empty.
        place: Above the grid, or in the modal; FiftyOne lets an operator stand in one place.
    """

    called = label = key = icon = ""
    stages: tuple[str, ...] = ()
    place = types.Places.SAMPLES_GRID_SECONDARY_ACTIONS

    @property
    def config(self) -> Any:
        """What FiftyOne knows of it."""
        return operators.OperatorConfig(
            name=self.called,
            label=f"bgrsr: {self.label}",
            icon=self.icon,
            view_target=False,
        )

    def resolve_placement(self, ctx: Any) -> Any:
        """Stand on datasets of ours only."""
        stage = stage_of(ctx.dataset)
        if not stage or (self.stages and stage not in self.stages):
            return None
        view = types.Button(label=f"{self.label} ({self.key.upper()})", prompt=True)  # an icon hides the label
        return types.Placement(self.place, view)

    def resolve_input(self, ctx: Any) -> Any:
        """Ask what is needed; None where nothing is."""
        inputs = types.Object()
        try:
            asked = self.ask(ctx, inputs)
        except BgrsrError as error:
            inputs.view("why", types.Error(label=str(error)))
            return types.Property(inputs, invalid=True, view=types.PromptView(label=f"{self.label}: not now"))
        prompt = types.PromptView(label=self.label, submit_button_label=self.label)
        return types.Property(inputs, view=prompt) if asked else None

    def ask(self, ctx: Any, inputs: Any) -> bool:  # noqa: ARG002
        """Fill the form; whether there is anything to ask.

        Raises:
            BgrsrError: It cannot be done, so there is nothing to ask.
        """
        return False

    def execute(self, ctx: Any) -> None:
        """Act, show it, and tell it in one line."""
        try:
            told = self.act(ctx)
            show(ctx, told)
        except BgrsrError as error:
            ctx.ops.notify(str(error), variant="error")

    def act(self, ctx: Any) -> Told:
        """Do it.

        Raises:
            BgrsrError: It cannot be done.
        """
        raise NotImplementedError


def in_modal(button: type[Button]) -> type[Button]:
    """The same button in the modal."""
    place = types.Places.SAMPLES_VIEWER_ACTIONS
    return type(f"{button.__name__}InModal", (button,), {"called": f"{button.called}_in_modal", "place": place})


def show(ctx: Any, told: Told) -> None:
    """Bring the samples up to what was done, let the App show them where it stands, and tell it."""
    if told.rows:
        with closing(Workspace(root_of(ctx.dataset))) as workspace:
            bring = refresh if told.rekeyed else show_verdicts
            bring(ctx.dataset, workspace, told.rows)
        if ctx.selected:
            ctx.ops.clear_selected_samples()  # what was judged is done; the next key must not judge it again
        if told.rekeyed:
            _reload(ctx, told.rows)
        else:
            _show_verdicts(ctx, told.rows)
        show_progress(ctx)
    if told.line:
        ctx.ops.notify(told.line, variant="warning" if told.warning else "success")


def _show_verdicts(ctx: Any, rows: Sequence[str]) -> None:
    """Let the grid load its samples again; hand the modal its own as they are now, since it would keep the old ones."""
    if not ctx.current_sample or len(rows) > IN_PLACE:
        ctx.ops.reload_dataset()
        return
    documents = samples_of(ctx.dataset).match({"row": {"$in": list(rows)}})._aggregate()
    ctx.trigger("@bgrsr/review/show_anew", {"samples": stringify(list(documents))})


def _reload(ctx: Any, rows: Sequence[str]) -> None:
    """Load pictures that were made anew; a single one is opened, so that its new alpha is seen."""
    if ctx.current_sample:
        ctx.trigger("close_sample")
    ctx.ops.reload_dataset()
    if len(rows) == 1:
        slice_ = ctx.group_slice or ctx.dataset.default_group_slice
        found = samples_of(ctx.dataset).match({"row": rows[0], "group.name": slice_})
        for sample, group in zip(*found.values(["id", "group.id"]), strict=True):
            ctx.trigger("open_sample", {"id": sample, "group_id": group, "mode": "explore"})


def tell_count(ctx: Any, inputs: Any, what: str) -> None:
    """Say at the head of a form how many pictures it is about.

    Raises:
        InputError: Of none.
    """
    count = len(take_aim(ctx).rows)
    pictures = "1 picture is" if count == 1 else f"{count:,} pictures are"
    if is_of_a_view(ctx):
        inputs.view("count", types.Warning(label=f"Nothing is selected, so all of this view: {pictures} {what}."))
    else:
        inputs.view("count", types.Notice(label=f"{pictures} {what}."))
