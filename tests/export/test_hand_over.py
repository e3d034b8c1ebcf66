"""What is handed on: loaded by each format's own library, it is the set."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from handed import OPTIONS, SIZE
from small import bgrsr

from bgrsr_data.combine.render import Renderer
from bgrsr_data.errors import InputError
from bgrsr_data.export.hand_over import hand_over
from bgrsr_data.export.options import ExportOptions
from bgrsr_data.export.pairs import PICTURES
from bgrsr_data.export.rights import Rights, attribution, choose_licensed, is_open
from bgrsr_data.manifests import manifest_path, read_rows, write_rows
from bgrsr_data.media.images import read_grey
from bgrsr_data.records import Clip, Combination, Foreground, Frame


def relicensed(finished: Path, root: Path, **licences: str) -> Path:
    """A copy in which the clips of some sources (by person or title) have other licences."""
    shutil.copytree(finished, root)
    path = manifest_path(root, Clip)
    rows = read_rows(path, Clip)
    write_rows(path, Clip, [row.model_copy(update={"licence": licences.get(row.role, row.licence)}) for row in rows])
    return root


def test_the_checksums_are_those_of_the_files(finished: Path, tmp_path: Path) -> None:
    handed = hand_over(finished, tmp_path / "out", "webdataset", OPTIONS)
    checked = subprocess.run(
        ["sha256sum", "--check", "SHA256SUMS"], check=False, cwd=tmp_path / "out", capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.count(": OK\n") == handed.files > 3


@pytest.mark.filterwarnings("ignore")  # of libraries that are not ours
def test_webdataset_reads_every_pair_with_its_pixels(finished: Path, renderer: Renderer, tmp_path: Path) -> None:
    import webdataset

    hand_over(finished, tmp_path / "out", "webdataset", OPTIONS)
    rows = {row.id: row for row in renderer.combinations()}
    for split in ("train", "val", "test"):
        shards = sorted(str(path) for path in (tmp_path / "out").glob(f"{split}-*.tar"))
        samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("rgb8")) if shards else []
        assert [sample["__key__"] for sample in samples] == [row.id for row in renderer.combinations(split)]
        for sample in samples[::5]:
            pair = renderer.render(rows[sample["__key__"]])
            for name in PICTURES:
                drawn = sample[f"{name}.png"]
                true = getattr(pair, name)
                np.testing.assert_array_equal(drawn[..., 0] if true.ndim == 2 else drawn, true)
            assert (
                Combination.model_validate({k: sample["json"][k] for k in Combination.model_fields})
                == rows[sample["__key__"]]
            )


@pytest.mark.filterwarnings("ignore")
def test_datasets_loads_the_folder_with_its_splits_pictures_and_columns(
    finished: Path, renderer: Renderer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    import datasets

    hand_over(finished, tmp_path / "out", "huggingface", OPTIONS)
    loaded = datasets.load_dataset(str(tmp_path / "out"), cache_dir=str(tmp_path / "cache"))
    names = {"train": "train", "val": "validation", "test": "test"}
    for split, name in names.items():
        rows = renderer.combinations(split)
        assert sorted(loaded[name]["id"] if name in loaded else []) == [row.id for row in rows]
        assert name not in loaded or loaded[name].features["url"].feature.dtype == "string", "though all are empty here"
    by_id = {row.id: row for row in renderer.combinations()}
    for sample in list(loaded["train"])[::5]:
        pair = renderer.render(by_id[sample["id"]])
        for column in PICTURES:
            np.testing.assert_array_equal(np.asarray(sample[column]), getattr(pair, column))
        assert sample["target_background"] == by_id[sample["id"]].target_background
        assert sample["licence"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pycocotools_reads_every_person_with_their_alpha(finished: Path, renderer: Renderer, tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    hand_over(finished, tmp_path / "out", "coco", OPTIONS)
    coco = COCO(str(tmp_path / "out" / "annotations.json"))
    shown = {row.foreground: renderer.foreground(row) for row in renderer.combinations()}
    told = coco.loadAnns(coco.getAnnIds())
    assert sorted(annotation["foreground"] for annotation in told) == sorted(shown)
    frames = {row.id: row for row in read_rows(manifest_path(finished, Frame), Frame)}
    for annotation in told:
        (image,) = coco.loadImgs([annotation["image_id"]])
        row: Foreground = shown[annotation["foreground"]]
        alpha = read_grey(tmp_path / "out" / annotation["alpha"])
        left, top, width, height = annotation["crop"]
        mask = coco.annToMask(annotation)
        assert mask.shape == (image["height"], image["width"])
        np.testing.assert_array_equal(mask[top : top + height, left : left + width], alpha >= 128)
        assert mask.sum() == annotation["area"] == (alpha >= 128).sum()
        source = frames[row.original].path if row.original in frames else None
        if source:
            assert (tmp_path / "out" / image["file_name"]).read_bytes() == (finished / source).read_bytes()
        else:
            assert (tmp_path / "out" / annotation["trimap"]).is_file()
    assert any("trimap" in annotation for annotation in told)


def test_a_licence_filter_leaves_nothing_of_the_refused(finished: Path, tmp_path: Path) -> None:
    root = relicensed(finished, tmp_path / "mixed", coco="CC-BY-NC-2.0", greenscreen="CC-BY-4.0", background="CC0-1.0")
    with pytest.raises(InputError, match=r"may not be handed on .*CC-BY-NC-2.0.*--licence open"):
        hand_over(root, tmp_path / "refused", "croissant", ExportOptions(size=SIZE))
    assert not (tmp_path / "refused").exists()
    handed = hand_over(root, tmp_path / "out", "croissant", ExportOptions(size=SIZE, licence=("cc-by", "cc0")))
    assert handed.left_out > 0
    licences = set(pq.read_table(tmp_path / "out" / "clips.parquet")["licence"].to_pylist())
    assert licences == {"CC-BY-4.0", "CC0-1.0"}
    due = (tmp_path / "out" / "ATTRIBUTION.txt").read_text()
    assert "CC-BY-4.0" in due
    assert "NC" not in due
    everything = "".join(path.read_bytes().decode("latin-1") for path in (tmp_path / "out").iterdir())
    refused = [row.id for row in read_rows(manifest_path(root, Clip), Clip) if row.role == "coco"]
    assert not any(name in everything for name in refused)


def test_a_set_of_which_no_pair_may_go_says_what_there_is(finished: Path, tmp_path: Path) -> None:
    root = relicensed(finished, tmp_path / "closed", coco="unknown", greenscreen="unknown", background="unknown")
    with pytest.raises(InputError, match="no combination shows footage of cc-by alone; there is: unknown"):
        hand_over(root, tmp_path / "out", "coco", ExportOptions(licence=("cc-by",)))


def test_a_slip_in_a_licence_is_refused_and_not_taken_for_one_that_nothing_is_under(
    finished: Path, tmp_path: Path
) -> None:
    root = relicensed(finished, tmp_path / "odd", coco="cc-bye bye", greenscreen="CC-BY-4.0", background="CC0-1.0")
    rights, rows = Rights.read(root), read_rows(manifest_path(root, Combination), Combination)
    for slip, probable in (("cc00", "cc0"), ("opne", "open"), ("cc-bye", "cc-by")):
        with pytest.raises(
            InputError, match=f"--licence {slip} is no licence that is known; did you mean '{probable}'"
        ):
            choose_licensed(rows, rights, ["cc-by", slip])
    kept = choose_licensed(rows, rights, ["cc-by", "cc0", "MIT"])  # of which there is nothing
    assert 0 < len(kept) < len(choose_licensed(rows, rights, ["cc-by", "cc0", "cc-bye bye"]))


def test_a_mistake_in_the_answers_is_told_before_anything_is_drawn(finished: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(finished, tmp_path / "asked"))
    (root / "datasheet.yaml").write_text("purpose: [\n")
    with pytest.raises(InputError, match=r"datasheet\.yaml: line 2: is no YAML"):
        hand_over(root, tmp_path / "out", "images", OPTIONS)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("licence", "open_to_all"),
    [("CC-BY 4.0", True), ("cc0", True), ("MIT", True), ("cc-by-nc-4.0", False), ("CC BY-ND", False),
     ("unknown", False), ("All rights reserved", False), ("Standard YouTube License", False), ("CC-BY-SA-4.0", True)],
)  # fmt: skip
def test_open_is_known_and_forbids_neither_commerce_nor_changes(licence: str, open_to_all: bool) -> None:
    assert is_open(licence) is open_to_all


def test_open_leaves_out_what_is_not(finished: Path, tmp_path: Path) -> None:
    root = relicensed(finished, tmp_path / "mixed", coco="CC-BY-ND-2.0", greenscreen="CC-BY-4.0", background="CC0-1.0")
    rights = Rights.read(root)
    rows = read_rows(manifest_path(root, Combination), Combination)
    kept = choose_licensed(rows, rights, ["open"])
    assert 0 < len(kept) < len(rows)
    assert all(clip.licence != "CC-BY-ND-2.0" for row in kept for clip in rights.of(row))
    assert choose_licensed(rows, rights, ["any"]) == kept  # what may not be changed goes in no pair


def test_credits_name_each_piece_of_footage_once(finished: Path) -> None:
    rights = Rights.read(finished)
    clips = list(rights.clips.values())
    head, _, due = attribution([*clips, *clips]).partition("\n\n")
    lines = due.splitlines()
    assert "was changed" in head
    assert lines == sorted(set(lines))
    assert all(any(clip.creator in line or (clip.attribution or "?") in line for line in lines) for clip in clips)


def test_a_folder_that_holds_something_else_is_refused(finished: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="is not empty, and no export of ours"):
        hand_over(finished, tmp_path / "mine", "croissant", OPTIONS)
    hand_over(finished, tmp_path / "out", "croissant", OPTIONS)
    with pytest.raises(InputError, match=r"holds another export .format croissant → webdataset"):
        hand_over(finished, tmp_path / "out", "webdataset", OPTIONS)
    with pytest.raises(InputError, match=r"combinations \d+ → 2, rows [0-9a-f]{24} → [0-9a-f]{24}\); give another"):
        hand_over(finished, tmp_path / "out", "croissant", OPTIONS.model_copy(update={"limit": 2}))
    assert hand_over(finished, tmp_path / "out", "croissant", OPTIONS).files == 0
    with pytest.raises(InputError, match=r"cannot be written \(Not a directory\); give another place"):
        hand_over(finished, tmp_path / "mine" / "thesis.txt" / "out", "croissant", OPTIONS)


def test_the_command_says_what_it_wrote_and_refuses_in_one_line(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = bgrsr("export", "--format", "webdataset", "--out", out, "--size", "64x48", "--split", "test,val",
                 "--licence", "any", "-w", finished, "--json")  # fmt: skip
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["combinations"] > 0
    assert not list(out.glob("train-*.tar"))
    for wrong, said in (
        (("--format", "zip"), "export: there is no format 'zip'; known: "),
        (("--format", "coco", "--size", "31x20"), "--size 31x20: input should be a multiple of 2"),
        (("--format", "coco", "--size", "256"), "--size 256: '256' is no size; write it as 320x240"),
        (("--format", "coco", "--url", "my set"), "--url my set: 'my set' is no address; write it as https://"),
        (("--format", "coco", "--limit", "0"), "--limit 0: input should be greater than or equal to 1"),
        (
            ("--format", "coco", "--split", "val,dev"),
            "--split val,dev: there is no split 'dev'; known: train, val, test",
        ),
    ):
        ended = bgrsr("export", *wrong, "--out", tmp_path / "no", "-w", finished)
        assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
        assert ended.stderr.startswith(f"bgrsr: {said}")
        assert not (tmp_path / "no").exists()
