"""The `bgrsr` command, put together from the groups of commands and from what other packages add."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Annotated

import typer
import typer.core

from bgrsr_data import __version__
from bgrsr_data.cli import (
    choosing,
    exporting,
    footage,
    forgetting,
    look,
    reviewing,
    rights,
    sets,
    sources,
    versions,
    workspaces,
)

GROUP = "bgrsr.commands"
ORDER = """
    quickstart init sources fetch frames select deblur key trimap combine publish review
    models train evaluate compare validate export licences bench-model replace report
    run recipes status explain diff retry forget doctor
""".split()  # noqa: SIM905 - reads as the order it is
HELP = """Data for networks that replace the background and double the resolution on a video call.

Start with: bgrsr quickstart demo, or: bgrsr init DIR. Every command has an example: bgrsr key --help
"""


class InOrder(typer.core.TyperGroup):
    """Lists commands as a person meets them: first steps, the data's way, then the workspace."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # noqa: ARG002
        """The names in ORDER; what other packages add beyond it comes last."""
        return sorted(self.commands, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))


def build() -> typer.Typer:
    """The command line with all its commands; none of them imports its step before it is called."""
    app = typer.Typer(
        cls=InOrder,
        help=HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # plain help comes in 0.2 s; drawing it takes longer than making it
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_globals)
    for group in (
        workspaces,
        sources,
        footage,
        choosing,
        sets,
        reviewing,
        versions,
        exporting,
        rights,
        look,
        forgetting,
    ):
        group.commands(app)
    for entry in sorted(entry_points(group=GROUP), key=lambda e: e.name):
        entry.load()(app)
    return app


def print_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        typer.echo(f"bgrsr {__version__}")
        raise typer.Exit


def _globals(
    _version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Show the version.")
    ] = False,
    _debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback instead of one line; works anywhere.")
    ] = False,
) -> None:
    pass
