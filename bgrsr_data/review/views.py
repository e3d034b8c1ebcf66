"""Saved views that put the work first: the worst, the doubtful, what nobody has judged, what somebody rejected.

A view of ours is told by its description; a view of the user's with the same name is left as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bgrsr_data.review.groups import Stage

OURS = "made by bgrsr (2)"  # another number: made anew
FEW_PEOPLE = 12  # more are found with the sidebar's filter
_JUDGED = ("accept", "reject")
# name → field to sort by, and whether the largest come first
_SORTED: dict[Stage, dict[str, tuple[str, bool]]] = {
    "frames": {
        "blurred": ("score_subject_ratio", False),
        "dark": ("score_dark", True),
        "bright": ("score_bright", True),
        "ringing": ("score_ringing", True),
    },
    "foregrounds": {
        "spill": ("score_spill", True),
        "holes": ("score_holes", True),
        "blurred": ("score_sharpness_ratio", False),
        "wide edges": ("score_edge_px", True),
    },
    "trimaps": {"smallest": ("score_area_px", False), "wide bands": ("score_band_px", True)},
    "combinations": {
        "spill": ("score_spill", True),
        "blurred": ("score_blur_px", True),
        "noisy": ("score_noise", True),
        "person enlarged": ("score_zoom", True),
    },
}


def save_views(dataset: Any, stage: Stage) -> None:
    """Save the views that the dataset lacks, and delete those of ours that are of use no more."""
    info = {name: dataset.get_saved_view_info(name) for name in dataset.list_saved_views()}
    ours = {name for name, about in info.items() if str(about.get("description") or "").startswith("made by bgrsr")}
    current = {name for name in ours if info[name]["description"] == OURS}
    views = make_views(dataset, stage)
    for name in sorted(ours - views.keys()):
        dataset.delete_saved_view(name)
    for name, view in views.items():
        if name in ours - current or name not in info:
            dataset.save_view(name, view, description=OURS, overwrite=True)


def make_views(dataset: Any, stage: Stage) -> Mapping[str, Any]:
    """The views of a stage, by name."""
    fields = dataset.get_field_schema()
    expressions = __import__("fiftyone").ViewField
    views = {
        "unjudged": dataset.match_tags(list(_JUDGED), bool=False).sort_by("score"),
        "worst score": dataset.sort_by("score"),
    }
    for name, (field, largest) in _SORTED[stage].items():
        if field in fields:
            views[name] = dataset.exists(field).sort_by(field, reverse=largest)
    views |= {
        "near-duplicates": dataset.exists("near_duplicate_of").sort_by("near_duplicate_of"),
        "least unique": dataset.exists("uniqueness").sort_by("uniqueness"),
        "rejected": dataset.match_tags("reject"),
        "conflicts": dataset.match(expressions("conflict")),
        "audit sample": dataset.match(expressions("audit")),
    }
    for reviewer in _distinct(dataset, "verdict_by"):
        rejected = (expressions("verdict_by") == reviewer) & (expressions("verdict") == "reject")
        views[f"rejected by {reviewer}"] = dataset.match(rejected)
    people = _distinct(dataset, "person")
    if 1 < len(people) <= FEW_PEOPLE:
        views |= {person: dataset.match(expressions("person") == person).sort_by("score") for person in people}
    return views


def _distinct(dataset: Any, field: str) -> Sequence[str]:
    return [value for value in dataset.distinct(field) if value]
