"""How diverse a set is: poses, sizes, light and skin tones of its persons, and its backgrounds.

Every person counts once, however many pictures they are in; a bounded number of pictures of each is measured. Only
figures over all persons leave this module: nothing of one person is kept, on the page or in a file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from bgrsr_data.export.balance import Balance, balances, effective_number
from bgrsr_data.export.balance import verdicts as balance_verdicts
from bgrsr_data.export.datasheet import MEASURED, measured_hash
from bgrsr_data.media.files import write_bytes
from bgrsr_data.media.images import read_grey, read_rgb
from bgrsr_data.records import Background, Foreground
from bgrsr_data.report.diversity_looks import (
    SOLID,
    Room,
    look_of,
    room_of,
    shape_of,
    silhouette_of,
    small,
    typology_angle,
)
from bgrsr_data.report.diversity_sums import FEWEST, RANGES, Pose, Poses, Range, hue_name, range_of, skin_table, spread
from bgrsr_data.report.facts import Dataset

PER_PERSON = 24
MOST = 2000  # pictures of persons, and of backgrounds, that are measured
VERSION = 1  # of what is measured
R = TypeVar("R", Foreground, Background)


@dataclass(frozen=True)
class Diversity:
    """All that was measured, over all persons and places.

    Attributes:
        of: Hash of the pictures that it is of.
        pictures, persons, rooms, places: How many were measured.
        poses: The silhouettes, the most frequent first.
        pose_number: Effective number of silhouettes.
        ranges: Sizes and light.
        skin: Persons in each class of skin tone, from very light to dark; None where fewer than FEWEST are.
        skin_persons: Persons whose skin could be measured; 0 where fewer than FEWEST.
        hues: Share of the places in each of HUES, then grey.
        verdicts: What a reader should know, in words.
    """

    of: str
    pictures: int
    persons: int
    rooms: int
    places: int
    poses: tuple[Pose, ...]
    pose_number: float
    ranges: tuple[Range, ...]
    skin: Mapping[str, int | None]
    skin_persons: int
    hues: Mapping[str, float]
    verdicts: tuple[str, ...]


def diversity_of(data: Dataset, root: Path, *, seen: Callable[[int, int], None] | None = None) -> Diversity:
    """What was measured of these pictures before, from report/diversity.json, or measured now and written there.

    Args:
        data: The set.
        root: The workspace.
        seen: Called with how many pictures were measured, and of how many.

    Raises:
        InputError: A picture that a row names is gone.
        DiskFullError: Nothing more can be written.
    """
    known = _read(root / MEASURED)
    if known and known.of == measured_hash(data.foregrounds, data.backgrounds):
        return known
    found = measure(data, root, seen=seen)
    write_bytes(root / MEASURED, (json.dumps(asdict(found) | {"version": VERSION}, indent=1) + "\n").encode())
    return found


def balance_of(data: Dataset) -> tuple[list[Balance], list[str]]:
    """How evenly the pairs show persons, clips and places; and that in words."""
    found = balances(data.combinations, data.foregrounds, data.backgrounds)
    return found, balance_verdicts(found)


def measure(data: Dataset, root: Path, *, seen: Callable[[int, int], None] | None = None) -> Diversity:
    """Read pictures, at most MOST of persons and of places, and measure them."""
    persons = _some(data.foregrounds, lambda row: row.person)
    places = _some(data.backgrounds, lambda row: row.place)
    of: dict[str, dict[str, list[float]]] = {what: defaultdict(list) for what in RANGES}
    angles: dict[str, list[float]] = defaultdict(list)
    posed = Poses()
    for number, row in enumerate(persons):
        _measure_person(row, root, of, angles, posed)
        if seen:
            seen(number + 1, len(persons) + len(places))
    hues: dict[str, list[str]] = defaultdict(list)
    for number, place in enumerate(places):
        room = room_of(small(read_rgb(root / place.path)))
        _note_room(place.place, room, of)
        hues[place.place].append(hue_name(room.hue))
        if seen:
            seen(len(persons) + number + 1, len(persons) + len(places))
    ranges = tuple(range_of(what, groups) for what, groups in of.items() if groups)
    poses = posed.poses()
    skin, skin_persons = skin_table(angles.values())
    return Diversity(
        measured_hash(data.foregrounds, data.backgrounds), len(persons), len({row.person for row in persons}),
        len(places), len({row.place for row in places}), poses,
        effective_number(round(1e6 * pose.share) for pose in poses), ranges, skin, skin_persons, spread(hues),
        tuple(_verdicts(poses, ranges, skin, skin_persons)),
    )  # fmt: skip


def _some(rows: Sequence[R], whose: Callable[[R], str]) -> list[R]:
    """At most MOST rows, of each group the same number, chosen by content: the same rows for the same set."""
    groups: dict[str, list[R]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.sha256):
        groups[whose(row)].append(row)
    each = max(1, min(PER_PERSON, MOST // max(1, len(groups))))
    return [row for some in groups.values() for row in some[:each]][:MOST]


def _measure_person(
    row: Foreground, root: Path, of: Mapping[str, dict[str, list[float]]], angles: dict[str, list[float]], posed: Poses
) -> None:
    alpha, colour = small(read_grey(root / row.alpha_path)), small(read_rgb(root / row.foreground_path))
    shape = silhouette_of(alpha)
    if shape is None:
        return
    posed.add(row.person, shape.pose, shape_of(alpha))
    if row.screen is not None:  # the file of a COCO person is cut to the person
        of["height of the person"][row.person].append(shape.height)
        of["share of the picture"][row.person].append(shape.share)
    if look := look_of(colour, alpha >= SOLID):
        of["brightness of the person"][row.person].append(look.brightness)
        of["contrast of the person"][row.person].append(look.contrast)
        if look.kelvin:
            of["colour temperature of the person"][row.person].append(look.kelvin)
    if (angle := typology_angle(colour, alpha)) is not None:
        angles[row.person].append(angle)


def _note_room(place: str, room: Room, of: Mapping[str, dict[str, list[float]]]) -> None:
    figures = {
        "brightness": room.look.brightness, "contrast": room.look.contrast, "colour temperature": room.look.kelvin,
        "detail": room.detail, "colourfulness": room.colourful,
    }  # fmt: skip
    for name, figure in figures.items():
        if figure is not None:
            of[f"{name} of the background"][place].append(figure)


def _verdicts(
    poses: Sequence[Pose], ranges: Sequence[Range], skin: Mapping[str, int | None], skin_persons: int
) -> Iterable[str]:
    if poses and poses[0].share > 0.5:
        yield f"{poses[0].share:.0%} of the persons are seen as {poses[0].name}"
    by_name = {one.what: one for one in ranges}
    size = by_name.get("height of the person")
    if size and size.high - size.low < 0.2:
        yield f"most persons before a screen are of one size: {size.low:.0%} to {size.high:.0%} of the picture's height"
    room, person = by_name.get("brightness of the background"), by_name.get("brightness of the person")
    if room and person and room.low > 0.35:
        yield f"nine tenths of the backgrounds are brighter than {room.low:.2f}: dark rooms are missing"
    if not skin_persons:
        yield f"skin tones are not told: they could be measured of fewer than {FEWEST} persons"
        return
    most = max(((count, name) for name, count in skin.items() if count), default=(0, ""))
    if most[0] * 2 > skin_persons:
        yield f"the skin of {most[0]} of {skin_persons} persons looks {most[1]} in its light"
    if missing := [name for name, count in skin.items() if count == 0]:
        yield f"no person's skin looks {' or '.join(missing)} in its light"


def _read(path: Path) -> Diversity | None:
    """What was measured before; None where it is not there, damaged, or of another version."""
    try:
        told: dict[str, Any] = json.loads(path.read_text())
        if told.pop("version") != VERSION:
            return None
        poses = tuple(Pose(**one | {"shape": tuple(one["shape"])}) for one in told["poses"])
        ranges = tuple(
            Range(**one | {"edges": tuple(one["edges"]), "weights": tuple(one["weights"])}) for one in told["ranges"]
        )
        return Diversity(**told | {"poses": poses, "ranges": ranges, "verdicts": tuple(told["verdicts"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None
