"""The command line: one file per group of commands, each command a thin shell over the library call.

Results go to stdout, progress and errors to stderr. An error that bgrsr raises on purpose is one line and an exit code
(see `bgrsr_data.errors`); `--debug`, anywhere on the line, shows the traceback instead, and that of every failed item.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from bgrsr_data.errors import BgrsrError

INTERRUPTED = 130
DEBUG = "BGRSR_DEBUG"  # in the environment: show tracebacks


def main() -> None:
    """Run the command line of this process."""
    if "--debug" in sys.argv:
        os.environ[DEBUG] = "1"
    sys.argv[:] = [word for word in sys.argv if word != "--debug"]
    signal.signal(signal.SIGTERM, _stop)
    from bgrsr_data.cli.app import build

    try:
        build()(prog_name="bgrsr", standalone_mode=True)
    except BgrsrError as error:
        if os.environ.get(DEBUG):
            raise
        print(f"bgrsr: {error}", file=sys.stderr)  # noqa: T201 - the one line for the person
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output left, as `head` does
        sys.stderr.close()
        sys.exit(0)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Stop as for Ctrl-C."""
    raise KeyboardInterrupt
