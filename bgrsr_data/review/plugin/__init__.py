"""The plugin of the review: buttons, keys and a panel in FiftyOne's App.

FiftyOne runs this file in the App's server process and calls `register`. What the buttons do is in `acts.py`, which
knows nothing of FiftyOne; `operators.py` says where they stand and what they ask, `keys.js` which keys press them.
"""

from __future__ import annotations

from typing import Any


def register(plugin: Any) -> None:
    """Give FiftyOne the operators and the panel.

    Args:
        plugin: Its `PluginContext`.
    """
    # Only the App's server has FiftyOne loaded.
    from bgrsr_data.review.plugin.operators import OPERATORS  # noqa: PLC0415
    from bgrsr_data.review.plugin.panel import ProgressPanel  # noqa: PLC0415

    for each in (*OPERATORS, ProgressPanel):
        plugin.register(each)
