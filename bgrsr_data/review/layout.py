"""How the App looks when it opens: the overlays on, the figures sortable, the work that waits as saved views."""

from __future__ import annotations

from typing import Any

OVERLAYS = ("alpha", "person_box")
_SCORES = "score"


def arrange(fiftyone: Any, dataset: Any) -> None:
    """Set the dataset's sidebar, colours, overlays and saved views."""
    config = dataset.app_config
    config.active_fields = fiftyone.ActiveFields(paths=["tags", "score", *OVERLAYS])
    config.color_scheme = fiftyone.ColorScheme(
        color_by="field",
        opacity=0.45,
        fields=[{"path": "alpha", "fieldColor": "#ff2d95"}, {"path": "person_box", "fieldColor": "#ff2d95"}],
    )
    config.sidebar_groups = _sidebar(fiftyone, dataset)
    dataset.save()
    dataset.update_label_schema("note", {"type": "str", "component": "text"})  # so that it can be written in the App
    dataset.activate_label_schemas("note")
    for name, view in _views(dataset).items():
        dataset.save_view(name, view, overwrite=True)


def _sidebar(fiftyone: Any, dataset: Any) -> list[Any]:
    scores = sorted(name for name in dataset.get_field_schema() if name.startswith(_SCORES))
    groups = {
        "tags": [],
        "overlays": list(OVERLAYS),
        "verdict": ["note", "verdict", "verdict_by"],
        "scores": scores,
        "about": ["row", "person", "clip", "screen"],
    }
    shown = {path for paths in groups.values() for path in paths}
    groups["other"] = sorted(dataset.get_field_schema().keys() - shown - {"tags", "metadata", "group"})
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
