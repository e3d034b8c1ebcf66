"""Each row of the table, run for real: nothing lost, nothing falsely done, and one line that says what happened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from faults.meet import assert_nothing_is_lost_or_false, lay_part, meet, middle_of, rests, source_of
from faults.table import FAULTS, Fault, render
from fetch.server import FaultServer

from bgrsr_data.fetch.reasons import FETCH_REASONS, PASSING
from bgrsr_data.workspace import Workspace

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # yt-dlp leaves its sockets to the collector
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_ends_as_the_table_says(
    fault: Fault, server: FaultServer, workspace: Workspace, materials: Path, tmp_path: Path
) -> None:
    source = source_of(fault, server, tmp_path / "footage")
    originals = {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in (tmp_path / "footage").rglob("*")}
    if fault.part:
        lay_part(fault, workspace, source, materials)
    met = meet(source, workspace)

    assert met.status == fault.ends, met.error or met.parts
    assert not fault.part or any(not asked.startswith("bytes=0-") for asked in server.ranges), "it was not taken up"
    assert (len(met.clips), len(met.frames)) == (fault.clips, fault.frames)
    assert fault.decoded is None or met.clips[0].frames == fault.decoded
    assert fault.size is None or (met.frames[0].width, met.frames[0].height) == fault.size
    if fault.colour:
        assert np.abs(middle_of(workspace, met.frames[0]) - fault.colour).max() <= 2

    if fault.ends == "failed":
        says_one_line(met.error, str(source.url or source.path), fault)
        assert not met.parts
    elif fault.ends == "rejected":
        (unfit,) = met.parts
        assert (unfit.reason, fault.says in unfit.detail) == (fault.reason, True)
    else:
        assert sorted(row.reason for row in met.parts) == sorted(part.rpartition(": ")[2] for part in fault.parts)
        for part in fault.parts:
            name, _, reason = part.rpartition(": ")
            assert any(row.reason == reason and name in row.detail for row in met.parts), met.parts
    assert sorted(row.reason for row in met.dropped) == sorted(fault.dropped)
    assert all(row.detail.isprintable() for row in (*met.parts, *met.dropped))

    assert_nothing_is_lost_or_false(workspace)
    assert bool(met.left) == fault.left, met.left
    asks_again = bool(source.url and PASSING & {row.reason for row in met.parts})  # a file here changes by its stamp
    assert rests(workspace) == (fault.ends != "failed" and not asks_again)
    assert originals == {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in originals}


def says_one_line(error: str, where: str, fault: Fault) -> None:
    assert error.isprintable()
    assert error.startswith(where)
    assert fault.says in error
    if fault.reason:
        assert error.startswith(f"{where}: {fault.reason}: ") or f"{where}: none of" in error
        assert error.rstrip(")").endswith(FETCH_REASONS[fault.reason])


def test_there_are_as_many_as_were_asked_for() -> None:
    assert len(FAULTS) >= 40
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_the_page_says_what_the_tests_test() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "write it anew: python tests/faults/table.py > docs/faults.md"
