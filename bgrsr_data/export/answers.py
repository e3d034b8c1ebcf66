"""What only a person can say of a set: asked for in `datasheet.yaml`, and never made up.

The file lies in the workspace. It is written once, with every question and no answer; who makes the set answers there,
and every datasheet that is written afterwards has the answers. The questions are those of Gebru et al., "Datasheets for
Datasets", Communications of the ACM 64(12), 2021 (https://arxiv.org/abs/1803.09010), that no row answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bgrsr_data.errors import InputError
from bgrsr_data.media.files import write_bytes

FILE = "datasheet.yaml"


@dataclass(frozen=True, slots=True)
class Question:
    """A question of a datasheet.

    Attributes:
        key: In the file.
        section: Of the datasheet that it belongs to.
        text: As a person reads it.
    """

    key: str
    section: str
    text: str


QUESTIONS = (
    Question("purpose", "motivation", "For what purpose was this set made, and for whom?"),
    Question("makers", "motivation", "Who made it, and on behalf of whom?"),
    Question("funding", "motivation", "Who paid for it?"),
    Question(
        "representation",
        "composition",
        "Whom should it show (age, skin tone, gender, headwear, glasses, aids), and does it?",
    ),
    Question("sensitive", "composition", "Is there anything in it that could offend, hurt or endanger somebody?"),
    Question("choice", "collection", "How were the persons, clips and places chosen?"),
    Question("notice", "collection", "Were the persons who are shown told that they are in it? How?"),
    Question("consent", "collection", "Did they consent, to what exactly, and how can they withdraw?"),
    Question("ethics", "collection", "Was it reviewed for ethics or data protection? By whom, with which result?"),
    Question("raw", "preprocessing", "Is the footage that it was made from kept, and where can it be asked for?"),
    Question("used", "uses", "What has it been used for? Where are the results?"),
    Question("forbidden", "uses", "What must it not be used for?"),
    Question("recipients", "distribution", "Who gets it, when, how, and under which licence or contract as a whole?"),
    Question("restrictions", "distribution", "Do export rules or other laws restrict it?"),
    Question("contact", "maintenance", "Who keeps it, and how can they be reached, also by somebody who is shown?"),
    Question("updates", "maintenance", "When will it be mended or renewed, and how is that told?"),
)  # fmt: skip


def read_answers(root: Path) -> dict[str, str]:
    """What was answered, by key; also keys that are no question of ours, in the order of the file.

    Raises:
        InputError: The file is no list of answers.
    """
    path = root / FILE
    if not path.is_file():
        return {}
    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise InputError(f'{path}: {where}is no YAML; write each answer as KEY: "text"') from error
    if not isinstance(told, Mapping):
        raise InputError(f'{path}: holds no answers; write each as KEY: "text"')
    return {str(key): _text(value) for key, value in told.items() if _text(value)}


def ask(root: Path) -> bool:
    """Write the questions, where there is no file yet; whether it was written.

    Raises:
        DiskFullError: Nothing more can be written.
    """
    path = root / FILE
    if path.exists():
        return False
    lines = ["# What only a person can say of this set. Answer here; `bgrsr publish` and every export write it into\n"]
    lines.append("# DATASHEET.md. An empty answer stays an open question there. Nothing is ever written over.\n")
    lines += [f'\n# {question.section}: {question.text}\n{question.key}: ""\n' for question in QUESTIONS]
    write_bytes(path, "".join(lines).encode())
    return True


def _text(value: Any) -> str:
    """An answer as one paragraph or more; lists by commas."""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value).strip()
