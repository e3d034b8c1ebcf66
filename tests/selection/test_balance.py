"""A budget is shared evenly, whatever the order of listing, and who joins moves nobody."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from selection_rows import frame

from bgrsr_data.records import Frame
from bgrsr_data.selection.balance import deal, spread, take_turns


def people(seed: int) -> list[Frame]:
    """Five people with 1 to 5 clips of 1 to 4 shots of 1 to 40 frames."""
    draw = random.Random(seed)
    rows = []
    for person in "ABCDE":
        for clip in range(draw.randint(1, 5)):
            pts = 0
            for shot in range(draw.randint(1, 4)):
                for _ in range(draw.choice([1, 2, 7, 40])):
                    pts += draw.randint(1, 30)
                    name = f"{person}-{clip}-{pts}"
                    sharpness = draw.uniform(10, 200)
                    rows.append(frame(name, person, f"clip-{person}{clip}", pts=pts, shot=shot, sharpness=sharpness))
    return rows


def assert_fair(taken: Counter[object], of: Counter[object], everyone: set[object]) -> None:
    """Nobody has two more than another who has some left."""
    for name in everyone:
        assert taken[name] == of[name] or max(taken.values(), default=0) <= taken[name] + 1


@pytest.mark.parametrize("seed", range(4))
def test_nobody_has_two_frames_more_than_another_who_has_some_left(seed: int) -> None:
    rows = people(seed)
    dealt = deal(rows)
    for budget in range(0, len(rows) + 1, 3):
        taken, of = Counter(f.person for f in dealt[:budget]), Counter(f.person for f in rows)
        assert_fair(taken, of, set(of))


@pytest.mark.parametrize("seed", range(4))
def test_a_persons_share_is_fair_to_its_clips_and_a_clips_to_its_shots(seed: int) -> None:
    rows = people(seed)
    for budget in (5, 23, 60, 111):
        taken = deal(rows)[:budget]
        groups = defaultdict(list)
        for row in rows:
            groups["clips of", row.person].append((row, row.clip))
            groups["shots of", row.clip].append((row, row.shot))
        for members in groups.values():
            of = Counter(name for _, name in members)
            mine = Counter(name for row, name in members if row in taken)
            assert_fair(mine, of, set(of))


def test_every_frame_is_dealt_once_and_the_order_of_listing_is_nothing() -> None:
    rows = people(1)
    dealt = deal(rows)
    assert sorted(f.id for f in dealt) == sorted(f.id for f in rows)
    for seed in range(3):
        assert deal(random.Random(seed).sample(rows, len(rows))) == dealt


def test_a_person_who_joins_takes_only_the_last_frames_of_the_others() -> None:
    rows = people(2)
    newcomer = [frame(f"new-{n}", "Aaron", "clip-new", pts=n) for n in range(50)]
    for budget in (7, 40, 90):
        before, after = deal(rows)[:budget], deal(rows + newcomer)[:budget]
        assert {f.id for f in after if f.person != "Aaron"} <= {f.id for f in before}
        joined = sum(f.person == "Aaron" for f in after)
        assert 0 < joined == budget - sum(f.person != "Aaron" for f in after)


def test_people_whose_names_begin_with_a_are_not_served_first() -> None:
    rows = [frame(f"{name}", name, f"clip-{name}") for name in map(str, range(200))]
    first = [int(row.person) for row in deal(rows)[:100]]
    assert 30 < sum(number >= 100 for number in first) < 70


def test_frames_of_a_shot_are_spread_over_its_time() -> None:
    shot = [frame(f"{pts:03d}", pts=pts, sharpness=100.0) for pts in range(64)]
    for count in (2, 4, 8, 16):
        times = sorted(row.pts for row in deal(shot)[:count])
        assert [time * count // 64 for time in times] == list(range(count))


def test_the_sharpest_of_a_shot_is_taken_first_and_the_sharpest_of_each_half_next() -> None:
    shot = [frame(str(pts), pts=pts, sharpness=sharp) for pts, sharp in enumerate([5, 9, 3, 4, 8, 7, 1, 2])]
    assert [row.pts for row in deal(shot)][:2] == [1, 4]
    assert {row.pts for row in deal(shot)[:4]} == {1, 4, 3, 7}  # of each quarter the sharpest


def test_a_frame_whose_subject_is_blurred_counts_as_less_sharp_than_its_wall() -> None:
    rows = [frame("a", pts=1, sharpness=120.0, subject_ratio=0.5), frame("b", pts=2, sharpness=100.0)]
    assert [row.pts for row in deal(rows)] == [2, 1]


def test_spread_by_hand() -> None:
    assert spread("abcdefg", lambda _: 0.0) == list("aecgbfd")
    assert spread("", lambda _: 0.0) == []


def test_turns_are_taken_until_all_have_ended() -> None:
    assert take_turns(["abc", "", "x", "12"]) == list("ax1b2c")


def test_a_clip_of_many_shots_is_seen_from_its_beginning_to_its_end() -> None:
    rows = [frame(f"{n}", pts=n, shot=n) for n in range(40)]
    taken = sorted(row.shot for row in deal(rows)[:4])
    assert [shot * 4 // 40 for shot in taken] == [0, 1, 2, 3]
    assert all(later - earlier >= 5 for earlier, later in pairwise(taken))
