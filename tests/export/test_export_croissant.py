"""Croissant: mlcroissant finds nothing to mend, and reads every record set as it is in the manifests."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from handed import OPTIONS

from bgrsr_data.combine.render import Renderer
from bgrsr_data.export.formats.images import FOLDERS
from bgrsr_data.export.hand_over import hand_over
from bgrsr_data.export.rights import Rights
from bgrsr_data.export.terms import terms_of
from bgrsr_data.manifests import FILES, manifest_path, read_rows
from bgrsr_data.records import Background, Clip, Combination, Foreground

pytestmark = pytest.mark.filterwarnings("ignore")  # of libraries that are not ours


def described(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "croissant.json").read_text())
    return told


def plain(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def test_mlcroissant_validates_and_reads_every_row_of_every_table(
    finished: Path, renderer: Renderer, tmp_path: Path
) -> None:
    import mlcroissant

    hand_over(finished, tmp_path / "out", "croissant", OPTIONS)
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    assert not dataset.metadata.ctx.issues.warnings
    rows = renderer.combinations()
    shown = {row.foreground for row in rows}
    behind = {name for row in rows for name in (row.original_background, row.target_background)}
    clips = {clip.id for row in rows for clip in Rights.read(finished).of(row)}
    for model, ids in (
        (Combination, {row.id for row in rows}),
        (Foreground, shown),
        (Background, behind),
        (Clip, clips),
    ):
        name = FILES[model]
        records = {plain(record[f"{name}/id"]): record for record in dataset.records(name)}
        assert records.keys() == ids
        for row in read_rows(manifest_path(finished, model), model):
            told = row.model_dump(mode="json").items() if row.id in ids else ()
            for column, value in told:
                if isinstance(value, str | int | float):
                    assert plain(records[row.id][f"{name}/{column}"]) == value
    for file in described(tmp_path / "out")["distribution"]:
        content = (tmp_path / "out" / file["contentUrl"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]


def test_drawn_pairs_are_records_with_their_pixels(finished: Path, renderer: Renderer, tmp_path: Path) -> None:
    import mlcroissant

    options = OPTIONS.model_copy(update={"render": True, "limit": 3})
    hand_over(finished, tmp_path / "out", "croissant", options)
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "out" / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    rows = {row.id: row for row in renderer.combinations()}
    for which, folder in FOLDERS.items():
        records = list(dataset.records(folder))
        assert len(records) == 3
        for record in records:
            true = getattr(renderer.render(rows[record[f"{folder}/id"].decode()]), which)
            seen = np.asarray(record[f"{folder}/image"])
            np.testing.assert_array_equal(seen[..., 0] if true.ndim == 2 and seen.ndim == 3 else seen, true)


def test_terms_and_provenance_are_those_of_the_footage(finished: Path, renderer: Renderer, tmp_path: Path) -> None:
    hand_over(finished, tmp_path / "out", "croissant", OPTIONS.model_copy(update={"url": "https://example.org/set"}))
    told = described(tmp_path / "out")
    assert "http://mlcommons.org/croissant/1.1" in told["conformsTo"]
    assert told["url"] == "https://example.org/set"
    rights = Rights.read(finished)
    clips = {clip.id: clip for row in renderer.combinations() for clip in rights.of(row)}
    derived = {entity["sha256"]: entity for entity in told["prov:wasDerivedFrom"]}
    assert derived.keys() == {clip.sha256 for clip in clips.values()}
    for clip in clips.values():
        entity, address = derived[clip.sha256], terms_of(clip.licence).address
        assert entity["prov:wasAttributedTo"]["prov:label"] == clip.creator
        assert (entity["license"] if address else entity["license"]["name"]) == (
            address or terms_of(clip.licence).licence
        )
    allowed = {rule["odrl:action"]["@id"] for rule in told["usageInfo"]["odrl:permission"]}
    terms = [terms_of(clip.licence) for clip in clips.values()]
    assert ("cc:CommercialUse" in allowed) == all(term.commercial for term in terms)
    assert ("cc:DerivativeWorks" in allowed) == all(term.derivatives for term in terms)


def test_without_an_address_a_set_is_named_by_its_content(finished: Path, tmp_path: Path) -> None:
    hand_over(finished, tmp_path / "out", "croissant", OPTIONS)
    version = json.loads((finished / "versions" / "v1" / "version.json").read_text())
    assert described(tmp_path / "out")["url"] == f"urn:sha256:{version['content']}"
