"""What the tests of the fetch step share: sources put where the command line puts them, and one item run."""

from __future__ import annotations

from pathlib import Path

from bgrsr_data.engines.result import Result, attempt
from bgrsr_data.fetch.options import FetchOptions
from bgrsr_data.fetch.step import Fetch
from bgrsr_data.ledger import Done
from bgrsr_data.records import Source
from bgrsr_data.runner import Outcome, run_stage
from bgrsr_data.sources import STAGE as SOURCES
from bgrsr_data.stage import Item
from bgrsr_data.workspace import Workspace

AT_ONCE = FetchOptions(patience=0)


def put(workspace: Workspace, *sources: Source) -> list[Item[Source]]:
    """Put sources where the command line puts them, and list the items that come of them."""
    for source in sources:
        workspace.ledger.commit(Done(SOURCES, source.id, source.content, "done"), [source])
    return list(Fetch().items(workspace.ledger))


def run(item: Item[Source], root: Path) -> Result:
    return attempt(Fetch(AT_ONCE), item, root)


def run_stage_here(workspace: Workspace, **more: bool) -> Outcome:
    """Run the stage in this process, where the server's fixture holds."""

    class Here(Fetch):
        pooled = False

    return run_stage(Here(AT_ONCE), workspace, **more)
