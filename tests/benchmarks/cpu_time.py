"""What a piece of work costs, in processor time: the machines are shared, so the clock on the wall tells little."""

from __future__ import annotations

import time
from collections.abc import Callable


def cpu_ms(work: Callable[[], object], times: int = 5) -> float:
    """Processor milliseconds of the fastest of `times` calls, after one that warms up."""
    work()
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return 1e3 * min(taken)
