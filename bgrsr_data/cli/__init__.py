"""The command line: one file per group of commands, each command a thin shell over the library call.

Results go to stdout, progress and errors to stderr. An error that bgrsr raises on purpose is one line and an exit code
(see `bgrsr_data.errors`); `--debug`, anywhere on the line, shows the traceback instead, and that of every failed item.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from types import FrameType
from typing import Any

from bgrsr_data.errors import BgrsrError, InputError

DEBUG = "BGRSR_DEBUG"  # in the environment: show tracebacks
FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


def main() -> None:
    """Run the command line of this process."""
    if "--debug" in sys.argv:
        os.environ[DEBUG] = "1"
    sys.argv[:] = [word for word in sys.argv if word != "--debug"]
    signal.signal(signal.SIGTERM, _stop)
    import typer

    from bgrsr_data.cli.app import build

    try:
        ended = build()(prog_name="bgrsr", standalone_mode=False)
        sys.exit(ended if isinstance(ended, int) else 0)
    except typer.Abort:  # at a question
        print("bgrsr: stopped", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except _usage_error() as error:
        _tell_usage(error)
        sys.exit(error.exit_code)
    except BgrsrError as error:
        if os.environ.get(DEBUG):
            raise
        print(f"bgrsr: {error}", file=sys.stderr)  # noqa: T201 - the one line for the person
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of our output left, as `head` does
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:  # whoever may not read or write a place is told so, wherever it is met
        if os.environ.get(DEBUG) or error.errno not in FORBIDDEN:
            raise
        line = f"bgrsr: {error.filename}: {error.strerror}; mend its rights, or take another place"
        print(line, file=sys.stderr)  # noqa: T201
        sys.exit(InputError.exit_code)


def _usage_error() -> type[Any]:
    """What typer raises for words that are no call of a command; it has no name of its own there."""
    from typer import BadParameter

    return BadParameter.__mro__[1]


def _tell_usage(error: Any) -> None:
    """One line for the person; the help, where that is the answer, as it is."""
    said = str(error.format_message())
    if "\n" not in said.strip():
        path = error.ctx.command_path if error.ctx else "bgrsr"
        told = ": ".join(["bgrsr", *filter(None, [path.removeprefix("bgrsr").strip()]), said.rstrip(".?")])
        said = f"{told.replace('Value error, ', '')}; see: {path} --help"
    print(said, file=sys.stderr)  # noqa: T201


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Stop as for Ctrl-C."""
    raise KeyboardInterrupt
