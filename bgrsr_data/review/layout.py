"""How the App looks when it opens: the overlays on, the figures sortable, the work that waits as saved views."""

from __future__ import annotations

from typing import Any

from bgrsr_data.review.groups import Stage
from bgrsr_data.review.views import save_views

OVERLAYS = ("alpha", "person_box", "trimap")
PINK, BLUE = "#ff2d95", "#1f6feb"  # neither skin nor a screen has the first
TRIMAP_CLASSES = {1: "background", 128: "unknown", 255: "foreground"}


def arrange(fiftyone: Any, dataset: Any, stage: Stage) -> None:
    """Set the dataset's sidebar, colours, overlays and saved views."""
    config = dataset.app_config
    config.active_fields = fiftyone.ActiveFields(paths=["tags", "score", *OVERLAYS])
    config.color_scheme = fiftyone.ColorScheme(
        color_by="field",
        opacity=0.45,
        fields=[{"path": path, "fieldColor": PINK} for path in OVERLAYS] + [{"path": "tags", "fieldColor": BLUE}],
    )
    config.sidebar_groups = _sidebar(fiftyone, dataset)
    dataset.mask_targets = {"trimap": TRIMAP_CLASSES}
    dataset.save()
    if "note" not in (dataset.active_label_schemas or ()):  # so that it can be written in the App
        dataset.update_label_schema("note", {"type": "str", "component": "text"})
        dataset.activate_label_schemas("note")
    save_views(dataset, stage)


def _sidebar(fiftyone: Any, dataset: Any) -> list[Any]:
    fields = dataset.get_field_schema().keys()
    groups: dict[str, list[str]] = {
        "tags": [],  # the App fills it, but only a path that stands in a group of ours can be on from the start
        "overlays": list(OVERLAYS),
        "verdict": ["tags", "verdict", "reason", "note", "verdict_by", "conflict", "audit"],
        "scores": sorted(name for name in fields if name.startswith("score")),
        "alike": ["uniqueness", "near_duplicate_of"],
        "about": [
            name
            for name in ("row", "person", "clip", "screen", "split", "decision", "method", "foreground",
                         "original_background", "target_background", "codec", "kernel")
            if name in fields
        ],
    }  # fmt: skip
    shown = {path for paths in groups.values() for path in paths}
    groups["other"] = sorted(fields - shown - {"metadata", "group"})
    return [
        fiftyone.SidebarGroupDocument(name=name, paths=paths, expanded=name not in ("about", "other"))
        for name, paths in groups.items()
    ]
