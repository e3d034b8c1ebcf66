"""Loads a folder as FiftyOne does, and prints all of it as one line of JSON."""

from __future__ import annotations

import json
import sys
from typing import Any

import fiftyone as fo


def main(folder: str) -> dict[str, Any]:
    dataset = fo.Dataset.from_dir(dataset_dir=folder, dataset_type=fo.types.FiftyOneDataset)
    groups: dict[str, dict[str, Any]] = {}
    for sample in dataset.select_group_slices(_allow_mixed=True):
        told = {name: sample[name] for name in sample.field_names if isinstance(sample[name], str | int | float | bool)}
        told |= {name: list(sample[name]) for name in ("tags", "licence", "creator", "url", "light")}
        told |= {"size": [sample.metadata.width, sample.metadata.height], "filepath": sample.filepath}
        told["alpha"] = sample.alpha.map_path if sample.alpha else None
        groups.setdefault(sample.row, {})[sample.group.name] = told
    tags = dataset.select_group_slices(_allow_mixed=True).count_sample_tags()
    answer = {"slices": dataset.group_slices, "default": dataset.default_group_slice, "tags": tags, "groups": groups}
    dataset.delete()
    return answer


if __name__ == "__main__":
    sys.stdout.write("\n" + json.dumps(main(sys.argv[1])) + "\n")
