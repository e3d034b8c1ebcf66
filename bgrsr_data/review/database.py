"""The one door to FiftyOne.

FiftyOne reads its settings while it is imported, sends usage data unless told not to, logs to stdout and connects to
its database on first use. So it is imported here only, when a review command needs it, with its settings made first.

The datasets are kept in a database of their own, `bgrsr`, unless FIFTYONE_DATABASE_NAME says otherwise: FiftyOne brings
a database that it opens up to its own version, and deletes datasets that are not persistent when it ends. What the user
keeps in `fiftyone` is so never touched; and on a server that is the user's own nothing of the server is changed.
"""

from __future__ import annotations

import importlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from bgrsr_data.errors import DiskFullError, InputError, ToolError
from bgrsr_data.review.mongod import INSTALL_FIFTYONE, check_database, database_uri, describe_server, setting

_ENVIRONMENT = {
    "FIFTYONE_DO_NOT_TRACK": "1",
    "FIFTYONE_SHOW_PROGRESS_BARS": "false",
    "FIFTYONE_LOGGING_DESTINATION": "none",  # no handler of its own: warnings reach stderr, the rest nobody
}
NAME = "bgrsr"
START_S = 60
_DISK_FULL = ("No space left on device", "OutOfDiskSpace")


def connect() -> Any:
    """Import FiftyOne and connect to its database (about 4 s).

    Returns:
        The module `fiftyone`.

    Raises:
        InputError: FiftyOne is not installed.
        ToolError: There is no mongod, it does not start, or the user's server does not answer.
        DiskFullError: There is no room for the database.
    """
    check_database()
    _set_up()
    logging.getLogger("fiftyone").setLevel(logging.ERROR)
    try:
        fiftyone = importlib.import_module("fiftyone")
    except ImportError as error:
        raise InputError(f"{INSTALL_FIFTYONE} ({error})") from error
    service = importlib.import_module("fiftyone.core.service")
    service.DatabaseService.port = property(_port_or_end)
    config = importlib.import_module("fiftyone.core.config")
    try:
        with talking(), nullcontext() if database_uri() else _children_silenced():
            fiftyone.list_datasets()
    except (config.FiftyOneConfigError, service.ServiceException, OSError, RuntimeError) as error:
        raise _explained(error) from error
    return fiftyone


@contextmanager
def talking() -> Iterator[None]:
    """Around whatever talks with the database: that it went away, or has no room left, is one line.

    Raises:
        ToolError: It does not answer any more, or refuses.
        DiskFullError: It has no room left.
    """
    try:
        failures: tuple[type[Exception], ...] = (importlib.import_module("pymongo.errors").PyMongoError,)
    except ImportError:
        failures = ()  # `connect` says what is missing
    try:
        yield
    except failures as error:
        raise _explained(error) from error


def _set_up() -> None:
    """Make the settings that are read while FiftyOne is imported; what the user has set stays."""
    os.environ.update(_ENVIRONMENT)
    if setting("database_name") is None:
        os.environ["FIFTYONE_DATABASE_NAME"] = NAME
    if database_uri() and setting("database_admin") is None:
        os.environ["FIFTYONE_DATABASE_ADMIN"] = "false"


def _explained(error: Exception) -> ToolError:
    """What went wrong with the database, in one line."""
    uri = database_uri()
    log = Path(importlib.import_module("fiftyone").config.database_dir) / "log" / "mongo.log"
    why = _first_line(error)
    if not uri and isinstance(error, importlib.import_module("fiftyone.core.service").ServiceException):
        why = _last_words(log) or why
    if any(words in f"{why} {error}" for words in _DISK_FULL):
        where = describe_server(uri) if uri else str(log.parents[1])
        return DiskFullError(f"{where}: the disk is full; free some space and open it again, nothing was lost")
    if "migrate from" in why or "Cannot connect to database v" in why:
        mend = "upgrade with: pip install --upgrade fiftyone, or set FIFTYONE_DATABASE_NAME to another name"
        return ToolError(f"the database was written by another version of fiftyone ({why}); {mend}")
    if "cannot be written to" in why:
        return ToolError(f"{why}; name another folder with FIFTYONE_DATABASE_DIR")
    where = describe_server(uri) if uri else f"its own mongod, see {log}"
    return ToolError(f"fiftyone cannot reach its database, {where} ({why})")


def _first_line(error: Exception) -> str:
    """The first line of what an error says, without the state of every server that the driver appends."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return said.split(" (configured timeouts:")[0].split(", Timeout:")[0].split(". See https")[0]


def _last_words(log: Path) -> str:
    """Why mongod ended, as its log (JSON lines) tells: the first that is fatal, or else the last that is an error."""
    try:
        lines = log.read_text(errors="replace").splitlines()[-400:]
    except OSError:
        return ""
    told = {"F": "", "E": ""}
    for line in lines:
        try:
            entry = json.loads(line)
            severity, attributes = entry["s"], entry.get("attr", {})
        except (ValueError, KeyError, TypeError):
            continue
        if severity == "E" or (severity == "F" and not told["F"]):
            why = attributes.get("error") or attributes.get("message") or ""
            why = why.get("errmsg", "") if isinstance(why, dict) else why
            told[severity] = f"{entry.get('msg', '')}: {why}".strip(": \n").splitlines()[0]
    everything = "\n".join(lines)
    full = next((words for words in _DISK_FULL if words in everything), "")
    return full or told["F"] or told["E"]


def _port_or_end(service: Any) -> int:
    """Where FiftyOne's own mongod listens; FiftyOne itself waits a minute for one that has ended.

    Raises:
        ServiceException: It ended, or does not listen.
    """
    module = importlib.import_module("fiftyone.core.service")
    deadline = time.monotonic() + START_S
    while True:
        try:
            return int(service._wait_for_child_port(timeout=1))
        except module.ServiceListenTimeout:
            running = service.child.is_running() and service.child.status() != "zombie"
            if not running or time.monotonic() > deadline:
                raise


@contextmanager
def _children_silenced() -> Iterator[None]:
    """Keep what a mongod that does not start prints, a hundred lines, from the person's terminal; its log has it."""
    with tempfile.TemporaryFile() as nowhere:
        kept = [os.dup(number) for number in (1, 2)]
        for number in (1, 2):
            os.dup2(nowhere.fileno(), number)
        try:
            yield
        finally:
            for number, own in zip((1, 2), kept, strict=True):
                os.dup2(own, number)
                os.close(own)
