"""What the doctor sees of what fetching needs."""

from __future__ import annotations

from datetime import date
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from bgrsr_data import doctor
from bgrsr_data.doctor import Finding, examine
from bgrsr_data.records import Source
from bgrsr_data.sources import remember
from bgrsr_data.workspace import Workspace


def found(what: str, folder: Path, today: date | None = None) -> Finding:
    return next(finding for finding in examine(folder, today) if finding.what == what)


@pytest.mark.parametrize(("version", "state"), [("2026.8.19", "ok"), ("2026.08.18.232", "note"), ("nightly", "ok")])
def test_a_yt_dlp_of_more_than_two_months_is_to_be_updated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, version: str, state: str
) -> None:
    monkeypatch.setattr(doctor, "version", lambda _: version)
    finding = found("yt-dlp", tmp_path, date(2026, 10, 18))
    assert finding.state == state
    assert (finding.mend.startswith("pip install --upgrade 'yt-dlp")) == (state == "note")


def test_missing_scripts_and_a_missing_runtime_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def version(package: str) -> str:
        if package == "yt-dlp-ejs":
            raise PackageNotFoundError(package)
        return "2026.8.19"

    monkeypatch.setattr(doctor, "version", version)
    monkeypatch.setattr("bgrsr_data.fetch.surroundings.find_javascript", lambda: None)
    assert found("yt-dlp-ejs", tmp_path).state == "missing"
    runtime = found("JavaScript", tmp_path)
    assert (runtime.state, runtime.mend) == ("missing", "pip install deno")


def test_a_cookie_file_of_a_source_that_is_not_there_is_told_by_the_source_s_name(tmp_path: Path) -> None:
    place = Workspace.create(tmp_path / "workspace")
    cookies = tmp_path / "cookies.txt"
    source = Source(
        id="source-0123456789abcdef", name="talker", role="talking-head", url="https://example.org/a",
        licence="CC0-1.0", creator="A", yt_dlp={"cookiefile": str(cookies)},
    )  # fmt: skip
    remember(place.ledger, [source])
    place.close()
    finding = found("cookies", tmp_path / "workspace")
    assert (finding.state, finding.detail) == ("missing", f"{cookies}, of talker, does not exist")
    cookies.touch()
    assert found("cookies", tmp_path / "workspace").state == "ok"
