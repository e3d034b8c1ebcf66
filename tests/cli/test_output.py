"""How an outcome is told."""

from __future__ import annotations

from collections import Counter

import pytest

from bgrsr_data.cli import DEBUG
from bgrsr_data.cli.output import describe, show
from bgrsr_data.runner import Outcome


def test_one_is_told_in_the_singular() -> None:
    assert describe(Outcome("key", unchanged=1)) == "key: up to date (1 item)"
    deblurred = Outcome("deblur", done=3, records=Counter(frame=3), decisions=Counter(kept=2, improved=1))
    assert describe(deblurred) == "deblur: 3 frames (2 kept, 1 improved)"
    assert (
        describe(Outcome("frames", records=Counter(frame=3), decisions=Counter(extracted=3), done=3))
        == "frames: 3 frames"
    )
    outcome = Outcome("fetch", done=2, unchanged=1, gone=2, records=Counter(clip=1, source=2))
    assert describe(outcome) == "fetch: 1 clip, 2 sources; 1 item unchanged; 2 items gone"


def test_the_trace_of_a_failed_item_is_shown_for_debugging_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = Outcome("key", failed=1, errors={"a": "unexpected KeyError: 'b'"}, traces={"a": "Traceback: line 7"})
    monkeypatch.delenv(DEBUG, raising=False)
    show(outcome)
    assert capsys.readouterr().err == "failed: a: unexpected KeyError: 'b'\n"
    monkeypatch.setenv(DEBUG, "1")
    show(outcome)
    assert capsys.readouterr().err == "failed: a: unexpected KeyError: 'b'\nTraceback: line 7\n"
