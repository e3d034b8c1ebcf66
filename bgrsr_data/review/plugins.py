"""The folder of plugins that the App's server reads: ours, and the user's own; the user's settings stay as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

from bgrsr_data.review.previews import FOLDER

OURS = Path(__file__).with_name("plugin")


def gather_plugins(root: Path, theirs: Path) -> Path:
    """Make a folder of links to every plugin.

    Args:
        root: The workspace.
        theirs: Where FiftyOne looks for the user's own plugins, there or not.

    Returns:
        The folder, in `.review/`.
    """
    folder = root / FOLDER / "plugins"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for plugin in [OURS, *(sorted(theirs.iterdir()) if theirs.is_dir() else [])]:
        name = "bgrsr" if plugin == OURS else plugin.name
        if plugin.is_dir() and not plugin.name.startswith(".") and not (folder / name).exists():
            (folder / name).symlink_to(plugin.resolve(), target_is_directory=True)
    return folder
