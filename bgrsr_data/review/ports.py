"""Whether the App may listen on a port; where not, who does, and which one is free."""

from __future__ import annotations

import socket

import psutil

from bgrsr_data.errors import InputError

ADDRESS = "127.0.0.1"
TRIED = 100
_OURS = "bgrsr_data.review.serve"


def check_port(port: int) -> None:
    """See that nothing listens on a port of this machine.

    Raises:
        InputError: It is taken, or it is not for us; the message names who has it, and a free one.
    """
    why = _refusal(port)
    if why:
        free = next((one for one in range(port + 1, port + TRIED) if 0 < one < 1 << 16 and not _refusal(one)), None)
        raise InputError(f"port {port}: {_holder(port) or why}; take another" + (f": --port {free}" if free else ""))


def _refusal(port: int) -> str:
    """Why a port cannot be listened on, "" where it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except (OSError, OverflowError) as error:
            return f"cannot be used ({getattr(error, 'strerror', None) or error})"
    return ""


def _holder(port: int) -> str:
    """Who listens there, in words; "" where nobody does, or this user may not know."""
    try:
        listening = [c for c in psutil.net_connections("tcp") if c.status == psutil.CONN_LISTEN]
        process = next((c.pid for c in listening if c.laddr and c.laddr[1] == port and c.pid), None)
        if process is None:
            return ""
        found = psutil.Process(process)
        name, words = found.name(), found.cmdline()
    except (psutil.Error, OSError):
        return ""
    if _OURS in words:
        return f"another `bgrsr review open` listens there (process {process})"
    return f"{name} listens there (process {process})"
