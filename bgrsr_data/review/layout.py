"""How the App looks when it opens: the overlays on, the figures sortable, the work that waits as saved views."""

from __future__ import annotations

from typing import Any

OVERLAYS = ("alpha", "person_box", "trimap")
PINK = "#ff2d95"  # neither skin nor a screen has it


def arrange(fiftyone: Any, dataset: Any) -> None:
    """Set the dataset's sidebar, colours, overlays and saved views."""
    config = dataset.app_config
    config.active_fields = fiftyone.ActiveFields(paths=["tags", "score", *OVERLAYS])
    config.color_scheme = fiftyone.ColorScheme(
        color_by="field",
        opacity=0.45,
        fields=[{"path": path, "fieldColor": PINK} for path in OVERLAYS] + [{"path": "tags", "fieldColor": "#1f6feb"}],
    )
    config.sidebar_groups = _sidebar(fiftyone, dataset)
    dataset.save()
    dataset.update_label_schema("note", {"type": "str", "component": "text"})  # so that it can be written in the App
    dataset.activate_label_schemas("note")
    for name, view in _views(dataset).items():
        dataset.save_view(name, view, overwrite=True)


def _sidebar(fiftyone: Any, dataset: Any) -> list[Any]:
    scores = sorted(name for name in dataset.get_field_schema() if name.startswith("score"))
    groups: dict[str, list[str]] = {
        "tags": [],  # the App fills it, but only a path that stands in a group of ours can be on from the start
        "overlays": list(OVERLAYS),
        "verdict": ["tags", "note", "verdict", "verdict_by"],
        "scores": scores,
        "about": ["row", "person", "clip", "screen"],
    }
    shown = {path for paths in groups.values() for path in paths}
    groups["other"] = sorted(dataset.get_field_schema().keys() - shown - {"metadata", "group"})
    return [
        fiftyone.SidebarGroupDocument(name=name, paths=paths, expanded=name not in ("about", "other"))
        for name, paths in groups.items()
    ]


def _views(dataset: Any) -> dict[str, Any]:
    judged = ["accept", "reject"]
    return {
        "worst first": dataset.sort_by("score"),
        "unjudged": dataset.match_tags(judged, bool=False).sort_by("score"),
        "rejected": dataset.match_tags("reject"),
    }
