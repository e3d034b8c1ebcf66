"""The faults of FiftyOne's database: each one line, nothing lost, and what is not ours never touched."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from own_mongod import free_port, wait_for
from review.conftest import FiftyOne

from bgrsr_data.errors import BgrsrError
from bgrsr_data.review.mongod import find_mongod

if TYPE_CHECKING:
    from review.conftest import SmallSet

CONNECT = """
from bgrsr_data.errors import BgrsrError
from bgrsr_data.review.database import connect
try:
    connect().Dataset("fleeting")
except BgrsrError as error:
    print(type(error).__name__, error)
"""
ALONE = """
import fiftyone.core.service as service
service.fosu.find_processes_by_args = lambda words: []  # whatever else of FiftyOne runs on this machine
"""


@pytest.fixture
def said(database: dict[str, str], tmp_path: Path) -> Callable[..., str]:
    """What connecting says with other settings; FiftyOne starts a mongod of its own unless a server is named."""

    def connect(before: str = "", **changed: str) -> str:
        if importlib.util.find_spec("fiftyone") is None:
            pytest.skip("fiftyone is not installed")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FIFTYONE")}
        ended = subprocess.run(
            [sys.executable, "-c", before + CONNECT], capture_output=True, text=True, check=False,
            env={**kept, "HOME": str(tmp_path), **changed},
        )  # fmt: skip
        assert (ended.returncode, ended.stderr) == (0, "")
        return ended.stdout.strip()

    return connect


@pytest.fixture
def server(database: dict[str, str]) -> Iterator[Any]:
    """A client of the tests' server; databases made through it go."""
    pymongo = pytest.importorskip("pymongo")
    client = pymongo.MongoClient(database["FIFTYONE_DATABASE_URI"])
    yield client
    for name in set(client.list_database_names()) - {"admin", "config", "local", "bgrsr-test"}:
        client.drop_database(name)
    client.close()


def test_a_folder_that_cannot_be_written_is_named_with_what_to_do(said: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = said(ALONE, FIFTYONE_DATABASE_DIR=str(tmp_path / "file" / "db"))
    assert told.startswith("ToolError Database directory")
    assert told.endswith("name another folder with FIFTYONE_DATABASE_DIR")


@pytest.mark.parametrize(
    ("logged", "told"),
    [
        ('{"s": "F", "msg": "Fatal", "attr": {"error": {"errmsg": "bad file"}}}', "mongo.log (Fatal: bad file)"),
        ('{"s": "E", "msg": "WT", "attr": {"message": "No space left on device"}}', "the disk is full; free some"),
    ],
)
def test_a_mongod_that_ends_is_told_by_its_log_within_seconds(
    said: Callable[..., str], tmp_path: Path, logged: str, told: str
) -> None:
    fake = tmp_path / "mongod"
    fake.write_text(f"#!/bin/sh\nmkdir -p '{tmp_path}/db/log'\necho '{logged}' > '{tmp_path}/db/log/mongo.log'\n"
                    "echo noise; echo more noise >&2\nexit 14\n")  # fmt: skip
    fake.chmod(0o755)
    found = ALONE + f"service.DatabaseService.find_mongod = staticmethod(lambda: {str(fake)!r})\n"
    line = said(found, FIFTYONE_DATABASE_DIR=str(tmp_path / "db"))
    assert told in line
    assert "\n" not in line


def test_a_database_of_a_later_fiftyone_is_told_and_left_as_it_is(
    said: Callable[..., str], server: Any, database: dict[str, str]
) -> None:
    server["later"].config.insert_one({"version": "99.0.0", "type": "fiftyone"})
    before = dump(server, "later")
    line = said(FIFTYONE_DATABASE_URI=database["FIFTYONE_DATABASE_URI"], FIFTYONE_DATABASE_NAME="later")
    assert line.startswith("ToolError the database was written by another version of fiftyone (")
    assert "FIFTYONE_DATABASE_NAME" in line
    assert dump(server, "later") == before


def test_nothing_on_a_users_server_but_our_own_database_is_touched(
    said: Callable[..., str], server: Any, database: dict[str, str]
) -> None:
    server["fiftyone"].config.insert_one({"version": "0.20.0", "type": "fiftyone"})
    server["fiftyone"].datasets.insert_one({"name": "fleeting", "version": "0.20.0", "persistent": False})
    server["shop"].orders.insert_one({"paid": True})
    before, level = [dump(server, name) for name in ("fiftyone", "shop")], compatibility(server)
    assert said(FIFTYONE_DATABASE_URI=database["FIFTYONE_DATABASE_URI"]) == ""
    assert [dump(server, name) for name in ("fiftyone", "shop")] == before
    assert compatibility(server) == level
    assert "bgrsr" in server.list_database_names()


def test_a_server_that_goes_away_is_one_line_and_what_was_said_stays(small_set: SmallSet, tmp_path: Path) -> None:
    if not find_mongod().is_file():
        pytest.skip("FiftyOne has no mongod of its own here")
    port, folder = free_port(), tmp_path / "db"
    folder.mkdir()
    uri = f"mongodb://127.0.0.1:{port}/?serverSelectionTimeoutMS=5000"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIFTYONE")}
    first = start(port, folder)
    driver = FiftyOne({**kept, "HOME": str(tmp_path), "FIFTYONE_DATABASE_URI": uri})
    try:
        driver("sync", small_set)
        driver("tag", small_set, row="foreground-0", slice_="alpha", tags=["reject"])
        first.terminate()
        first.wait()
        with pytest.raises(
            BgrsrError, match=rf"cannot reach its database, the server at 127.0.0.1:{port}/? \("
        ) as told:
            driver("pull", small_set, reviewer="Ada")
        assert "\n" not in str(told.value)
        assert len(str(told.value)) < 200
        first = start(port, folder)
        assert driver("pull", small_set, reviewer="Ada")["warnings"] == []
    finally:
        driver.close()
        first.kill()
        first.wait()
    assert [v.row for v in small_set.workspace.ledger.verdicts()] == ["foreground-0"]


def test_two_that_open_a_set_at_once_show_every_row_once(small_set: SmallSet, database: dict[str, str]) -> None:
    drivers = [FiftyOne(database) for _ in range(2)]
    try:
        with ThreadPoolExecutor() as threads:
            told = list(threads.map(lambda driver: driver("sync", small_set), drivers))
        shown = drivers[0]("show", small_set)
        pictures = drivers[0]("count", small_set)
    finally:
        for driver in drivers:
            driver.close()
    assert told[0]["name"] == told[1]["name"]
    assert pictures == sum(len(slices) for slices in shown.values())


def start(port: int, folder: Path) -> subprocess.Popen[bytes]:
    """A mongod of the test's own."""
    words = ["--dbpath", folder, "--port", str(port), "--bind_ip", "127.0.0.1", "--nounixsocket", "--quiet"]
    process = subprocess.Popen([find_mongod(), *words], stdout=subprocess.DEVNULL)
    wait_for(port)
    return process


def dump(server: Any, name: str) -> dict[str, list[Any]]:
    """Everything in a database."""
    return {found: list(server[name][found].find()) for found in sorted(server[name].list_collection_names())}


def compatibility(server: Any) -> str:
    """The level of features that the server keeps to, which FiftyOne would raise for good."""
    told = server.admin.command({"getParameter": 1, "featureCompatibilityVersion": 1})
    return str(told["featureCompatibilityVersion"]["version"])
