"""Reads our own Markdown pages for the tests that hold them to the code: tables, code spans, code blocks, links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
_NOT_OURS = {".git", ".venv", ".vm", "node_modules", "web_app", "stoop-data", "scratch", "dist", "__pycache__"}


def our_files() -> Iterator[Path]:
    """Every file of the project, without what is installed, built, cached or recorded."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            is_cache = path.name.startswith(".") and path.name.endswith("_cache")
            if path.name in _NOT_OURS or is_cache or path.name == ".hypothesis" or path.name.endswith(".egg-info"):
                continue
            if path.is_dir():
                folders.append(path)
            else:
                yield path


def pages() -> list[Path]:
    return [path for path in our_files() if path.suffix == ".md"]


def section(text: str, heading: str) -> str:
    """What stands under the heading that starts with `heading`, up to the next one of its level or above.

    Raises ValueError when there is none.
    """
    lines = text.splitlines()
    begin = next((number for number, line in enumerate(lines) if line.startswith(heading)), None)
    if begin is None:
        raise ValueError(f"no heading {heading!r}: put it back, or follow its new name in the test")
    level = len(heading.split()[0])
    for number in range(begin + 1, len(lines)):
        if re.match(rf"#{{1,{level}}} ", lines[number]):
            return "\n".join(lines[begin + 1 : number])
    return "\n".join(lines[begin + 1 :])


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in `text`, without the heads and the lines under them."""
    lines = [line.strip() for line in text.splitlines()]
    found = []
    for number, line in enumerate(lines):
        is_head = number + 1 < len(lines) and re.fullmatch(r"\|[\s:|-]+\|", lines[number + 1]) is not None
        if line.startswith("|") and not is_head and not re.fullmatch(r"\|[\s:|-]+\|", line):
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def code_spans(text: str) -> list[str]:
    """What stands between single backticks, in order."""
    return re.findall(r"`([^`\n]+)`", text)


def code_lines(text: str) -> list[str]:
    """The lines of fenced code blocks."""
    return [
        line
        for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for line in block.splitlines()
    ]


def relative_links(text: str) -> list[str]:
    """The targets of links and pictures that lead to a file of ours, without their anchors."""
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    return [t.partition("#")[0] for t in targets if not re.match(r"[a-z]+:|#", t)]
