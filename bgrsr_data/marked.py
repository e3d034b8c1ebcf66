"""YAML that remembers its lines, so that a mistake is told with the line that it is on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, SequenceNode

from bgrsr_data.errors import InputError


@dataclass(frozen=True)
class Marked:
    """A YAML file's plain values, and where each is.

    Args:
        path: The file.
        value: What it says.
        node: The same, with marks.
    """

    path: Path
    value: Any
    node: Node | None

    def error(self, at: Sequence[str | int], what: str) -> InputError:
        """An error about the value at `at` (keys and indices from the top), naming file and line."""
        return InputError(f"{self.path}, line {self.line(at)}: {what}")

    def line(self, at: Sequence[str | int]) -> int:
        """The line of the value at `at`, or of the innermost thing around it that exists; from 1."""
        node, line = self.node, 1
        for step in at:
            found = _child(node, step)
            if found is None:
                break
            line, node = found
        return line


def read_marked(path: Path) -> Marked:
    """Read a YAML file.

    Raises:
        InputError: It is missing, not UTF-8, or not YAML; the message names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return Marked(path, yaml.safe_load(text), node)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InputError(f"{path}, line {line}: is not UTF-8 text") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = mark.line + 1 if mark else 1
        raise InputError(f"{path}, line {where}: is not valid YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise InputError(f"{path}: is not valid YAML: {' '.join(str(error).split())}") from error


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: the one that was probably meant, or all that there are."""
    choices = list(known)
    close = difflib.get_close_matches(word, choices, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(choices)}"


def _child(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        entry = node.value[step]
        return entry.start_mark.line + 1, entry
    return None
