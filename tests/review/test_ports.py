"""A port that is taken: who has it, and which one to take instead."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import pytest

from bgrsr_data.errors import InputError
from bgrsr_data.review.ports import check_port


def test_who_listens_is_named_with_a_port_that_is_free() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"port {port}: .* listens there \(process {os.getpid()}\)") as told:
            check_port(port)
        free = int(str(told.value).rpartition("--port ")[2])
        check_port(free)
        assert free > port
    check_port(port)


def test_an_app_of_ours_is_named_as_such() -> None:
    code = "import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen(); "
    code += "print(s.getsockname()[1], flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", code, "bgrsr_data.review.serve"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        with pytest.raises(InputError, match="another `bgrsr review open` listens there"):
            check_port(port)
        other.communicate()


@pytest.mark.parametrize("port", [70_000, -1])
def test_a_number_that_is_no_port_is_one_line(port: int) -> None:
    with pytest.raises(InputError, match=f"port {port}: cannot be used") as told:
        check_port(port)
    assert "\n" not in str(told.value)


def test_who_may_not_be_known_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psutil.net_connections", lambda kind: [])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError, match=r"cannot be used \(Address already in use\); take another: --port"):
            check_port(taken.getsockname()[1])
