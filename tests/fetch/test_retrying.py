"""What is tried again, how often, and after which waits; no test waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bgrsr_data.errors import FetchError
from bgrsr_data.fetch.reasons import FETCH_REASONS, fetch_error, retry_after
from bgrsr_data.fetch.retrying import Backoff, Retries


class HTTPError(OSError):
    """As yt-dlp's: it carries the response."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        super().__init__(f"HTTP Error {status}: it says")
        self.status = status
        self.response = SimpleNamespace(headers=headers)


def failing(*errors: Exception) -> Any:
    """A function that fails with each of these, one a call, and then gives how often it was called."""
    left = list(errors)
    calls = 0

    def call() -> int:
        nonlocal calls
        calls += 1
        if left:
            error = left.pop(0)
            if isinstance(error, FetchError):
                raise error
            raise fetch_error("v", error) from error
        return calls

    return call


def waits_of(call: Any, retries: Retries | None = None) -> list[float]:
    """What is waited until `call` succeeds."""
    waited: list[float] = []
    replace(retries or Retries(), sleep=waited.append).run(call)
    return waited


def test_a_server_that_stumbles_is_asked_again_each_time_later() -> None:
    first, second = waits_of(failing(HTTPError(503, {}), HTTPError(500, {})))
    assert 2 <= first <= 2.5
    assert 4 <= second <= 4.5


def test_too_many_requests_wait_much_longer() -> None:
    first, second, third = waits_of(failing(*[HTTPError(429, {})] * 3))
    assert 30 <= first < 40 < 60 <= second < 70 < 120 <= third < 130


def test_a_wait_that_the_server_names_is_the_one_that_is_waited() -> None:
    (waited,) = waits_of(failing(HTTPError(429, {"Retry-After": "77"})))
    assert 77 <= waited <= 85


@pytest.mark.parametrize("told", ["3600", "601"])
def test_a_server_that_asks_for_longer_than_a_run_waits_is_not_asked_again(told: str) -> None:
    call = failing(*[HTTPError(429, {"Retry-After": told})] * 2)
    with pytest.raises(FetchError, match="rate-limited"):
        waits_of(call)
    with pytest.raises(FetchError):
        call()  # the second of its failures: it was called once
    assert call() == 3


@pytest.mark.parametrize("reason", sorted(FETCH_REASONS.keys() - {"network", "truncated", "rate-limited"}))
def test_what_cannot_pass_is_asked_for_once(reason: str) -> None:
    call = failing(FetchError(reason, "v"))
    with pytest.raises(FetchError):
        waits_of(call)
    assert call() == 2


def test_patience_ends_with_the_last_failure() -> None:
    call = failing(*[HTTPError(500, {})] * 3, FetchError("network", "the last one"), FetchError("network", "too late"))
    with pytest.raises(FetchError, match="the last one"):
        waits_of(call)


def test_another_error_is_not_held_up() -> None:
    def call() -> None:
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        Retries(sleep=lambda _: pytest.fail("it waited")).run(call)


def test_waits_can_be_made_shorter_and_none() -> None:
    short = Retries(network=Backoff(9, 0.5, 1.0))
    assert max(waits_of(failing(*[HTTPError(500, {})] * 8), short)) <= 1.25
    assert waits_of(failing(HTTPError(500, {}), HTTPError(429, {})), Retries().scaled(0)) == [0, 0]


def test_who_shares_a_site_is_told_of_each_wait() -> None:
    told: list[tuple[str, float]] = []
    waited: list[float] = []
    retries = replace(Retries(), sleep=waited.append)
    retries.run(failing(HTTPError(429, {})), before_wait=lambda error, wait_s: told.append((error.reason, wait_s)))
    assert told == [("rate-limited", waited[0])]


def test_the_pause_that_a_server_asks_for_is_understood() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(hours=9), usegmt=True)
    assert retry_after(HTTPError(429, {"Retry-After": "12"})) == 12
    assert 8.9 * 3600 < (retry_after(HTTPError(503, {"Retry-After": soon})) or 0) <= 9 * 3600
    assert retry_after(HTTPError(429, {"Retry-After": "soon"})) is None
    assert retry_after(HTTPError(429, {})) is None
    assert retry_after(FetchError("rate-limited", "rate-limited by YouTube for up to an hour")) == 3600
