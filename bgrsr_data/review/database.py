"""The one door to FiftyOne.

FiftyOne reads its settings while it is imported, sends usage data unless told not to, logs to stdout and connects to
its database on first use. So it is imported here only, when a review command needs it, with its settings made first.
"""

from __future__ import annotations

import importlib
import logging
import os
from typing import Any

from bgrsr_data.errors import InputError, ToolError
from bgrsr_data.review.mongod import INSTALL_FIFTYONE, check_database, database_uri, describe_server

_ENVIRONMENT = {
    "FIFTYONE_DO_NOT_TRACK": "1",
    "FIFTYONE_SHOW_PROGRESS_BARS": "false",
    "FIFTYONE_LOGGING_DESTINATION": "none",  # no handler of its own: warnings reach stderr, the rest nobody
}


def connect() -> Any:
    """Import FiftyOne and connect to its database (about 4 s).

    Returns:
        The module `fiftyone`.

    Raises:
        InputError: FiftyOne is not installed.
        ToolError: There is no mongod, it does not start, or the user's server does not answer.
    """
    check_database()
    os.environ.update(_ENVIRONMENT)
    logging.getLogger("fiftyone").setLevel(logging.ERROR)
    try:
        fiftyone = importlib.import_module("fiftyone")
    except ImportError as error:
        raise InputError(f"{INSTALL_FIFTYONE} ({error})") from error
    config = importlib.import_module("fiftyone.core.config")
    service = importlib.import_module("fiftyone.core.service")
    pymongo = importlib.import_module("pymongo.errors")
    try:
        fiftyone.list_datasets()
    except (config.FiftyOneConfigError, service.ServiceException, pymongo.PyMongoError, OSError, RuntimeError) as error:
        uri = database_uri()
        where = describe_server(uri) if uri else f"its own mongod, see {fiftyone.config.database_dir}/log/mongo.log"
        why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ToolError(f"fiftyone cannot reach its database, {where} ({why})") from error
    return fiftyone
