"""The panel that tells how far the review is, and leads to what is left."""

from __future__ import annotations

from typing import Any

from fiftyone import operators
from fiftyone.operators import types

from bgrsr_data.errors import BgrsrError
from bgrsr_data.review.plugin.aim import root_of, stage_of
from bgrsr_data.review.plugin.telling import tell_progress

REMEMBERED = 8
_open_panels: list[str] = []


class ProgressPanel(operators.Panel):  # type: ignore[misc]
    """How much is judged, by whom, how far reviewers agree, and what the audit says."""

    @property
    def config(self) -> Any:
        """What FiftyOne knows of it."""
        told = "How far the review of this set is; counted anew after each act."
        return operators.PanelConfig(
            name="review_progress", label="Review progress", icon="fact_check", surfaces="grid", help_markdown=told
        )

    def on_load(self, ctx: Any) -> None:
        """Remember the panel, so that acts bring it up to date."""
        if ctx.panel_id in _open_panels:
            _open_panels.remove(ctx.panel_id)
        _open_panels.append(ctx.panel_id)
        del _open_panels[:-REMEMBERED]

    def open_view(self, ctx: Any) -> None:
        """Show a saved view in the grid."""
        ctx.ops.set_view(name=ctx.params["view"])

    def count_anew(self, ctx: Any) -> None:
        """Render again; FiftyOne does after each of these methods."""

    def render(self, ctx: Any) -> Any:
        """Count, and lay it out."""
        return lay_out(ctx, open_view=self.open_view, count_anew=self.count_anew)


def show_progress(ctx: Any) -> None:
    """Bring the open panels up to date."""
    for panel_id in _open_panels:
        uri = "@bgrsr/review/review_progress"
        laid = lay_out(ctx, open_view=f"{uri}#open_view", count_anew=f"{uri}#count_anew")
        ctx.ops.show_panel_output(laid, panel_id=panel_id)


def lay_out(ctx: Any, *, open_view: Any, count_anew: Any) -> Any:
    """The panel as it is to be now.

    Args:
        ctx: FiftyOne's `ExecutionContext`.
        open_view: What a button of a saved view calls.
        count_anew: What the button that counts calls.
    """
    panel = types.Object()
    try:
        share, told = tell_progress(root_of(ctx.dataset), stage_of(ctx.dataset))
    except BgrsrError as error:
        panel.view("why", types.Error(label=str(error)))
        return types.Property(panel)
    panel.md(f"### {share:.0%} judged\n\n{told}", name="told")
    buttons = panel.h_stack("views", gap=1, wrap=True)
    for name in ctx.dataset.list_saved_views():
        buttons.btn(name.replace(" ", "_"), name.capitalize(), on_click=open_view, params={"view": name})
    buttons.btn("count_anew", "Count anew", icon="refresh", on_click=count_anew)
    return types.Property(panel, view=types.GridView(gap=2, pad=2))
