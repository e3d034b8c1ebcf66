"""The reference of the command line, as Markdown: `python -m bgrsr_data.cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from bgrsr_data.cli.app import build


def reference() -> str:
    """Every command with its text and its options."""
    lines = ["# Commands", "", "Made by `make docs` from the program itself.", ""]
    for path, command in _walk(typer.main.get_command(build()), ("bgrsr",)):
        lines += _section(path, command)
    return "\n".join(lines).rstrip() + "\n"


def _walk(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command
        return
    for name in sorted(children):
        yield from _walk(children[name], (*path, name))


def _section(path: tuple[str, ...], command: Any) -> list[str]:
    lines = [f"## {' '.join(path)}", "", *(command.help or "").splitlines(), ""]
    context = typer.Context(command, info_name=" ".join(path))
    records = [parameter.get_help_record(context) for parameter in command.params]
    rows = [record for record in records if record is not None]
    if rows:
        lines += ["| option | meaning |", "|---|---|"]
        lines += [f"| `{_cell(name)}` | {_cell(text)} |" for name, text in rows]
        lines.append("")
    return lines


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    typer.echo(reference(), nl=False)
