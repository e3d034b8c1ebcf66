"""Processes that a test kills, and waits to see go."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from typing import Any

import psutil

GIVE_UP_S = 60  # far beyond what any of it takes: a hang fails, a busy machine does not


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that must come true, and fail when it never does."""
    end = time.monotonic() + GIVE_UP_S
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.01)


def family(process: subprocess.Popen[Any]) -> list[psutil.Process]:
    """Every process that it started, and that they did; none where it has ended."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill_whole(process: subprocess.Popen[Any]) -> None:
    """kill -9 it, and wait until nothing that it started can write any more; nothing where it has ended."""
    process.send_signal(signal.SIGSTOP)  # so that it starts no other while we look
    started = family(process)
    process.kill()
    process.wait()
    all_gone(started)


def runs(process: psutil.Process) -> bool:
    """Whether it can still write: neither gone (it may go between two questions) nor a zombie nobody waits for."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def all_gone(processes: Iterable[psutil.Process]) -> None:
    """None of them is left that could write."""
    until(lambda: not any(runs(process) for process in processes))
