"""What passes is tried again, each kind of failure in its own time.

A server that stumbles is asked again in seconds. One that says "too many requests" is left alone for as long as it
says (Retry-After), or for longer each time. What will not change (a video that is gone, private, not for this
country) is asked for once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_exponential, wait_random

from bgrsr_data.errors import FetchError
from bgrsr_data.fetch.pace import LONGEST_PAUSE_S, LeftAloneError
from bgrsr_data.fetch.reasons import retry_after

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often a thing is tried, and how long is waited between.

    Args:
        tries: All in all, the first one too.
        first_s: Before the second try; it doubles with each further one, and a little chance is added, so that workers
            who failed together do not come back together.
        most_s: No wait is longer. A server that asks for a longer one is not asked again in this run.
    """

    tries: int
    first_s: float
    most_s: float


@dataclass(frozen=True, slots=True)
class Retries:
    """The patience of a run, by the reason of the failure.

    Args:
        network: The server cannot be reached, or fails (5xx).
        truncated: Only a part came.
        rate_limited: 429, or its like in words.
        sleep: Waits so many seconds; tests give their own.
    """

    network: Backoff = Backoff(4, 2, 30)
    truncated: Backoff = Backoff(3, 1, 10)
    rate_limited: Backoff = Backoff(4, 30, LONGEST_PAUSE_S)
    sleep: Callable[[float], None] = time.sleep

    def scaled(self, patience: float) -> Retries:
        """The same with all waits so many times as long."""

        def longer(one: Backoff) -> Backoff:
            return replace(one, first_s=one.first_s * patience)

        kinds = longer(self.network), longer(self.truncated), longer(self.rate_limited)
        return Retries(*kinds, sleep=self.sleep)

    def run(self, what: Callable[[], T], before_wait: Callable[[FetchError, float], None] | None = None) -> T:
        """Call `what` until it succeeds, or fails for good.

        Args:
            what: Raises FetchError when it fails.
            before_wait: Told of each failure and of the seconds that will be waited.

        Raises:
            FetchError: The last one, when it cannot pass or was met too often.
        """

        def told(state: RetryCallState) -> None:
            if before_wait:
                before_wait(_error(state), state.upcoming_sleep)

        again = Retrying(
            retry=retry_if_exception(lambda error: self._of(error) is not None),
            stop=self._stop, wait=self._wait, sleep=self.sleep, before_sleep=told, reraise=True,
        )  # fmt: skip
        return again(what)

    def _of(self, error: BaseException | None) -> Backoff | None:
        if not isinstance(error, FetchError) or isinstance(error, LeftAloneError):
            return None
        kinds = {"network": self.network, "truncated": self.truncated, "rate-limited": self.rate_limited}
        return kinds.get(error.reason)

    def _stop(self, state: RetryCallState) -> bool:
        backoff = self._of(_error(state))
        return backoff is None or state.attempt_number >= backoff.tries or _asked_s(state) > backoff.most_s

    def _wait(self, state: RetryCallState) -> float:
        backoff = self._of(_error(state))
        if backoff is None:
            return 0.0
        growing = wait_exponential(multiplier=backoff.first_s, max=backoff.most_s)
        return (_asked_s(state) or growing(state)) + wait_random(0, backoff.first_s / 4)(state)


def _error(state: RetryCallState) -> FetchError:
    error = state.outcome.exception() if state.outcome else None
    if not isinstance(error, FetchError):
        raise TypeError(f"only a FetchError is waited for, not {error!r}")
    return error


def _asked_s(state: RetryCallState) -> float:
    """Seconds that the server asked to wait, 0 where it did not."""
    return retry_after(_error(state)) or 0.0
