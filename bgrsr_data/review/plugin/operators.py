"""The buttons: what each asks, and which act it does."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

from bgrsr_data.errors import InputError
from bgrsr_data.review.plugin import keyform
from bgrsr_data.review.plugin.acts import Told, acts_on
from bgrsr_data.review.plugin.aim import is_of_a_view, next_unjudged, root_of, take_aim
from bgrsr_data.review.plugin.buttons import Button, in_modal, tell_count
from bgrsr_data.review.reasons import REASONS

SIDES = {"left": 0.0, "top": 0.0, "right": 10.0, "bottom": 100.0}  # percent; a stand at the left edge


class Accept(Button):
    """Accept what is meant."""

    called, label, key, icon = "accept", "Accept", "a", "check_circle"

    def ask(self, ctx: Any, inputs: Any) -> bool:
        """Ask only whether the whole view is meant."""
        if is_of_a_view(ctx):
            tell_count(ctx, inputs, "accepted")
            return True
        return False

    def act(self, ctx: Any) -> Told:
        """Accept."""
        aim = take_aim(ctx)
        return acts_on(aim.root).say(aim, "accept")


class Reject(Button):
    """Reject what is meant, with a reason."""

    called, label, key, icon = "reject", "Reject", "d", "cancel"

    def ask(self, ctx: Any, inputs: Any) -> bool:
        """Ask why."""
        tell_count(ctx, inputs, "rejected")
        reasons = types.DropdownView()
        for reason, meaning in REASONS.items():
            reasons.add_choice(reason, label=f"{reason}: {meaning}")
        inputs.enum("reason", reasons.values(), label="Reason", required=True, view=reasons)
        inputs.str("note", label="Note", description="More, in a sentence, if you like.")
        return True

    def act(self, ctx: Any) -> Told:
        """Reject."""
        aim, given = take_aim(ctx), ctx.params
        return acts_on(aim.root).say(aim, "reject", reason=given.get("reason") or "", note=given.get("note") or "")


class Rekey(Button):
    """Key what is meant anew, with other options, and show it."""

    called, label, key, icon = "rekey", "Key anew", "k", "auto_fix_high"
    stages = ("foregrounds",)

    def ask(self, ctx: Any, inputs: Any) -> bool:
        """Ask with which options; they are filled in as they are today."""
        aim = take_aim(ctx)
        tell_count(ctx, inputs, "keyed anew with what you change here; the rest stays as it is")
        keyform.ask(inputs, types, keyform.todays_values(aim.root, aim.rows))
        inputs.str("note", label="Note", description="Why, if you like.")
        return True

    def act(self, ctx: Any) -> Told:
        """Key."""
        aim, given = take_aim(ctx), ctx.params
        changed = keyform.changed_of(given, keyform.todays_values(aim.root, aim.rows))
        if not changed:
            raise InputError("nothing was changed: the pictures are keyed with these options already")
        return acts_on(aim.root).rekey(aim, changed, note=given.get("note") or "")


class HoldOut(Button):
    """Say of a box that no subject is in it, or only subject, and key anew."""

    called, label, key, icon = "hold_out", "Hold out", "b", "highlight_alt"
    stages = ("foregrounds",)

    def ask(self, ctx: Any, inputs: Any) -> bool:
        """Ask where the box is, in percent of the picture."""
        tell_count(ctx, inputs, "keyed anew with this box")
        kinds = types.RadioGroup()
        kinds.add_choice("garbage", label="hold out: no subject is in the box, as a stand or a lamp")
        kinds.add_choice("subject", label="keep: all in the box is subject, whatever its colour")
        inputs.enum("kind", kinds.values(), default="garbage", label="What the box says", view=kinds)
        sides = inputs.h_stack("box", gap=2)
        for side, default in SIDES.items():
            told = "% of the width" if side in ("left", "right") else "% of the height"
            label = f"{side.capitalize()}, {told}"
            sides.float(side, default=default, min=0, max=100, label=label)
        return True

    def act(self, ctx: Any) -> Told:
        """Key with the box."""
        given = ctx.params
        box = SIDES | {side: value for side, value in given.get("box", {}).items() if value is not None}
        left, top, right, bottom = (float(box[side]) / 100 for side in SIDES)
        if left >= right or top >= bottom:
            raise InputError("the box is empty: left must be less than right, and top less than bottom")
        aim = take_aim(ctx)
        return acts_on(aim.root).rekey(aim, {given.get("kind") or "garbage": f"{left:g},{top:g},{right:g},{bottom:g}"})


class Undo(Button):
    """Take the last act back."""

    called, label, key, icon = "undo", "Undo", "u", "undo"

    def act(self, ctx: Any) -> Told:
        """Undo."""
        return acts_on(root_of(ctx.dataset)).undo()


class NextUnjudged(Button):
    """Open the next picture of the view that nobody has judged."""

    called, label, key, icon = "next_unjudged", "Next", "n", "skip_next"

    def act(self, ctx: Any) -> Told:
        """Open it."""
        found = next_unjudged(ctx)
        if found is None:
            return Told("Everything in this view is judged")
        sample, group = found
        ctx.trigger("open_sample", {"id": sample, "group_id": group, "mode": "explore"})
        return Told("")


ABOVE_THE_GRID = (Accept, Reject, Rekey, HoldOut, Undo, NextUnjudged)
OPERATORS = (*ABOVE_THE_GRID, *map(in_modal, ABOVE_THE_GRID))
