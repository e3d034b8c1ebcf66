"""The papers of a set: its datasheet, its licence ledger and its credits.

A datasheet says what a set is made of, how, and for what it is fit and unfit (Gebru et al., "Datasheets for Datasets",
Communications of the ACM 64(12), 2021, https://arxiv.org/abs/1803.09010). Every figure and name here comes from the
rows that it is about; what no row tells is an open question until a person answers it (answers.py).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import yaml

from bgrsr_data import __version__
from bgrsr_data.export.answers import FILE as ANSWERS
from bgrsr_data.export.answers import QUESTIONS, ask, read_answers
from bgrsr_data.export.balance import SPLITS, WHOLE, Balance, balances, verdicts
from bgrsr_data.export.licence_table import Held, clips_of, held, licence_files
from bgrsr_data.export.rights import Rights
from bgrsr_data.export.versions import FOLDER as VERSIONS
from bgrsr_data.export.versions import Version, published_on, versions
from bgrsr_data.ledger import Ledger
from bgrsr_data.licences import canonical
from bgrsr_data.manifests import manifest_path, read_rows
from bgrsr_data.media.files import write_bytes
from bgrsr_data.records import (
    Background,
    Clip,
    Combination,
    Foreground,
    RejectionRow,
    Source,
    Trimap,
    Verdict,
    content_hash,
)
from bgrsr_data.workspace import LEDGER

DATASHEET = "DATASHEET.md"
MEASURED = Path("report") / "diversity.json"  # written by `bgrsr report`: figures over all persons, never of one
STAGES = ("fetch", "frames", "select", "deblur", "key", "trimap", "combine")
PACKAGES = ("numpy", "opencv-python", "av", "pymatting", "yt-dlp", "pycocotools")


@dataclass(frozen=True)
class Told:
    """All that a datasheet is written from.

    Attributes:
        title: Of the set.
        version: As "v2 648e1d68".
        published: The day, ISO 8601.
        rows: The combinations it is about, and what they are made of.
        rights: Of their footage.
    """

    title: str
    version: str
    published: str
    rows: Sequence[Combination]
    rights: Rights


def papers(root: Path, told: Told, *, trimaps: Iterable[str] | None = None) -> dict[str, bytes]:
    """The files that go with a set, by name: DATASHEET.md, licences.parquet, .csv and .md, ATTRIBUTION.txt.

    Args:
        root: The workspace.
        told: What they are about.
        trimaps: Ids of the trimaps that go with it; by default those of every person.

    Raises:
        InputError: A manifest is missing, or `datasheet.yaml` cannot be read.
    """
    shown = {row.foreground for row in told.rows}
    foregrounds = [row for row in read_rows(manifest_path(root, Foreground), Foreground) if row.id in shown]
    drawn = {row.id for row in read_rows(manifest_path(root, Trimap), Trimap)}
    drawn &= {row.original for row in foregrounds} if trimaps is None else set(trimaps)
    sheet = _render(_facts(root, told, foregrounds, sorted(drawn)))
    return {DATASHEET: sheet.encode(), **licence_files(told.rows, told.rights, trimaps=drawn)}


def document_version(root: Path, of: Version) -> list[Path]:
    """Write the papers of the version that is published, beside its manifests, and ask what only a person can say.

    Those that are there and say the same are left alone: the same call finishes what was stopped.

    Raises:
        InputError: As `papers`.
        DiskFullError: Nothing more can be written.
    """
    ask(root)
    rows = read_rows(manifest_path(root, Combination), Combination)
    told = Told(
        f"bgrsr {root.resolve().name}", f"{of.name} {of.content[:12]}", published_on(root, of), rows, Rights.read(root)
    )
    written = []
    for name, content in papers(root, told).items():
        path = root / VERSIONS / of.name / name
        if not path.is_file() or path.read_bytes() != content:
            write_bytes(path, content)
            written.append(path)
    return written


def measured_hash(foregrounds: Iterable[Foreground], backgrounds: Iterable[Background]) -> str:
    """What the measured diversity is of: pictures of the same content in the same set give the same hash."""
    pictures = {row.sha256 for row in foregrounds} | {row.sha256 for row in backgrounds}
    return content_hash(*sorted(pictures))


def _facts(root: Path, told: Told, foregrounds: Sequence[Foreground], trimaps: Sequence[str]) -> dict[str, Any]:
    backgrounds = read_rows(manifest_path(root, Background), Background)
    found = balances(told.rows, foregrounds, backgrounds)
    clips = clips_of(told.rows, told.rights)
    of_source = defaultdict[str, list[Clip]](list)
    for clip in clips:
        of_source[clip.source].append(clip)
    with closing(Ledger(root / LEDGER)) as ledger:
        sources = [row for row in ledger.rows(Source) if row.id in of_source]
        stages = [_stage(name, ledger) for name in STAGES if ledger.options(name) and name not in ledger.passed_over()]
    licences = held(told.rows, told.rights)
    answers = read_answers(root)
    return {
        "told": told,
        "counts": _counts(told.rows, foregrounds, trimaps, clips),
        "splits": _splits(found),
        "verdicts": verdicts(found),
        "measured": _measured(root),
        "licences": licences,
        "limits": _limits(told.rows, told.rights, licences),
        "sources": [_source(row, of_source[row.id]) for row in sorted(sources, key=lambda s: (s.role, s.name))],
        "stages": stages,
        "rejections": Counter((r.stage, r.reason) for r in read_rows(manifest_path(root, RejectionRow), RejectionRow)),
        "judged": Counter(row.verdict for row in read_rows(manifest_path(root, Verdict), Verdict)),
        "versions": [(one, published_on(root, one)) for one in versions(root)],
        "tools": _tools(),
        "questions": _by_section(answers),
        "also": {key: text for key, text in answers.items() if key not in {q.key for q in QUESTIONS}},
        "open": sum(question.key not in answers for question in QUESTIONS),
        "answers_file": ANSWERS,
    }


def _counts(
    rows: Sequence[Combination], foregrounds: Sequence[Foreground], trimaps: Sequence[str], clips: Sequence[Clip]
) -> list[tuple[str, int]]:
    rooms = {name for row in rows for name in (row.original_background, row.target_background)}
    return [
        ("combinations (training pairs)", len(rows)),
        ("foregrounds (persons cut out, as pictures)", len(foregrounds)),
        ("of these keyed from a screen", sum(row.screen is not None for row in foregrounds)),
        ("trimaps", len(trimaps)),
        ("persons", len({row.person for row in foregrounds})),
        ("backgrounds", len(rooms)),
        ("pieces of footage (clips and stills)", len(clips)),
        ("minutes of footage", round(float(sum(clip.duration for clip in clips)) / 60)),
    ]


def _splits(found: Sequence[Balance]) -> list[dict[str, Any]]:
    by_split: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in found:
        by_split[one.where] |= {"split": one.where, "pairs": one.pairs, one.what: one}
    return [by_split[where] for where in (*SPLITS, WHOLE) if where in by_split]


def _limits(rows: Sequence[Combination], rights: Rights, licences: Iterable[Held]) -> list[str]:
    """What follows from the licences, in words."""
    whole = Counter(rights.mixed(row) for row in rows)
    shows = {one.licence: one.combinations for one in licences}
    unasked = sum(n for mixed, n in whole.items() if mixed.terms.commercial is None)
    closed = sum(n for mixed, n in whole.items() if mixed.terms.commercial is False)
    barred = sum(n for mixed, n in whole.items() if mixed.forbidden)
    clash = sum(n for mixed, n in whole.items() if mixed.conflict and not mixed.forbidden)
    alike = sum(n for mixed, n in whole.items() if mixed.terms.share_alike)
    told = [
        (closed, "show footage whose licence forbids commerce, or everything: not for products or paid services"),
        (unasked, "show footage of which nobody told the licence: ask its makers before these go anywhere"),
        (barred, "show footage whose licence forbids to share changes: they are left out of every export"),
        (clash, "show footage whose licences contradict each other (licences.md): not to be handed on as they are"),
        (alike, "show footage under a ShareAlike licence: what is made of them goes on under the same one"),
        (shows.get("CC-PDM-1.0", 0), "show footage that is marked as public domain, which is no promise of its makers"),
    ]
    return [f"{count:,} of {len(rows):,} combinations {text}" for count, text in told if count]


def _source(row: Source, clips: Sequence[Clip]) -> dict[str, Any]:
    licences = sorted({canonical(clip.licence) for clip in clips})
    return {
        "name": row.name, "role": row.role, "licence": ", ".join(licences), "creator": row.creator,
        "clips": len(clips), "url": row.url or "", "credit": row.attribution or "",
    }  # fmt: skip


def _stage(name: str, ledger: Ledger) -> dict[str, Any]:
    items = ledger.items(name).values()
    options = yaml.safe_load(ledger.options(name) or "{}")
    return {
        "name": name,
        "done": sum(item.status == "done" for item in items),
        "rejected": sum(item.status == "rejected" for item in items),
        "options": ", ".join(f"{key} {_short(value)}" for key, value in options.items()) or "none",
    }


def _short(value: object) -> str:
    return json.dumps(value) if isinstance(value, list | dict | bool) or value is None else str(value)


def _measured(root: Path) -> Mapping[str, Any] | None:
    """Diversity as `bgrsr report` measured it; None where it did not, or of other pictures than are published."""
    path = root / MEASURED
    if not path.is_file():
        return None
    found: Mapping[str, Any] = json.loads(path.read_text())
    rows = read_rows(manifest_path(root, Foreground), Foreground)
    return found if found["of"] == measured_hash(rows, read_rows(manifest_path(root, Background), Background)) else None


def _tools() -> list[str]:
    told = [f"bgrsr {__version__}"]
    for package in PACKAGES:
        try:
            told.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return told


def _by_section(answers: Mapping[str, str]) -> dict[str, list[tuple[str, str, str]]]:
    """(key, question, answer) by section."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for question in QUESTIONS:
        found[question.section].append((question.key, question.text, answers.get(question.key, "")))
    return found


def _render(facts: Mapping[str, Any]) -> str:
    import jinja2  # noqa: PLC0415 - slow

    environment = jinja2.Environment(  # noqa: S701 - Markdown, no page
        loader=jinja2.PackageLoader("bgrsr_data.export", "."), trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["cell"] = lambda value: " ".join(str(value).split()).replace("|", "\\|")
    return environment.get_template("datasheet.md.j2").render(facts)
