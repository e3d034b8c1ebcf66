"""What can go wrong, and how it is told.

    BgrsrError              one line for the person; the command ends with its exit_code
    ├── InputError     2    what was given cannot be used: a file, an option, a recipe, a workspace
    │   └── LockedError     another process is writing this workspace
    ├── InterruptedRunError 130    the person stopped a run
    └── ToolError      3    something around us failed: network, ffmpeg, mongod, a full disk
        ├── FetchError      one download failed, with a typed reason that `bgrsr retry` understands
        └── DiskFullError   nothing more can be written; what is finished is kept
    Rejection               an item is unfit: the run goes on, the reason is kept in the ledger

A message says what is wrong, where, and what to do. Errors of other libraries are mapped where we call them.
"""

from __future__ import annotations


class BgrsrError(Exception):
    """Base of every error that bgrsr raises on purpose."""

    exit_code = 1

    def __reduce__(self) -> tuple[object, ...]:
        """Travel through pipes between processes with all attributes, whatever __init__ takes."""
        return (_rebuild, (type(self), self.args, self.__dict__))


class InputError(BgrsrError):
    """What was given cannot be used."""

    exit_code = 2


class LockedError(InputError):
    """Another process is writing this workspace."""


class ToolError(BgrsrError):
    """Something around us failed: a program, the network, the machine."""

    exit_code = 3


class FetchError(ToolError):
    """One download failed.

    Args:
        reason: One word of FETCH_REASONS, for programs and for `bgrsr retry`.
        message: The line for the person.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class DiskFullError(ToolError):
    """Nothing more can be written."""


class InterruptedRunError(BgrsrError):
    """The person stopped a run; what is finished is kept."""

    exit_code = 130


class Rejection(Exception):  # noqa: N818 - it is an outcome, not an error
    """An item is unfit for the set; the run goes on.

    Args:
        reason: A short slug that counts can be grouped by, as "no-screen".
        detail: One sentence with the figures, as "the largest even area covers 4 % of the frame".
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.reason}: {self.detail}"


def _rebuild(cls: type[BgrsrError], args: tuple[object, ...], state: dict[str, object]) -> BgrsrError:
    error: BgrsrError = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error
