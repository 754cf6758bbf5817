"""docs/design/0001 and the code name the same routes, actions, records, events and error codes."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import get_args

from camera.actions import ACTIONS, ACTIONS_OF_INVITES
from camera.contract import ErrorCode, Event
from camera.recovery_actions import RECOVERY_ACTIONS
from camera.vault.cards import Record
from server.routes import ROUTES
from tests.markdown import ROOT, code_spans, rows, section

PAGE = (ROOT / "docs" / "design" / "0001-formats-and-protocols.md").read_text()
METHODS = ("GET", "HEAD", "POST", "DELETE", "PUT", "PATCH")


def routes_on_the_page() -> set[tuple[str, str]]:
    """`GET /a`, `/b` and `GET`, `HEAD /c` as they stand in the first column: a method serves until the next."""
    found: set[tuple[str, str]] = set()
    for row in rows(section(PAGE, "## 8.")):
        waiting: list[str] = []
        methods: list[str] = []
        for span in code_spans(row[0]):
            words = span.split()
            if words[0] in METHODS:
                waiting.append(words.pop(0))
            if words and words[0].startswith("/"):
                methods, waiting = waiting or methods, []
                found |= {(method, plain(words[0])) for method in methods}
    return found


def plain(path: str) -> str:
    return re.sub(r"\{\w+\}|\*", "{}", path)


def test_the_page_and_the_table_name_the_same_routes() -> None:
    assert routes_on_the_page() == {(route.method, plain(route.path)) for route in ROUTES}


def test_the_page_says_who_may_call() -> None:
    of_page = {path: row[1] for row in rows(section(PAGE, "## 8.")) for _, path in spans_of(row)}
    owners = {plain(route.path) for route in ROUTES if route.authority == "owner"}
    assert {path for path, who in of_page.items() if who == "owner"} == owners


def spans_of(row: list[str]) -> Iterator[tuple[str, str]]:
    for span in code_spans(row[0]):
        word = span.split()[-1]
        if word.startswith("/"):
            yield span, plain(word)


def test_the_page_and_the_camera_name_the_same_actions() -> None:
    table = {code_spans(row[0])[0]: row for row in actions_on_the_page()}
    assert set(table) == {"claim", *ACTIONS, *ACTIONS_OF_INVITES, *RECOVERY_ACTIONS}
    for name, action in ACTIONS.items():
        assert table[name][1:3] == ["device", "owner" if action.needs_owner else "any"], name


def actions_on_the_page() -> list[list[str]]:
    return [row for row in rows(section(PAGE, "## 6.")) if len(row) == 5]


def test_the_page_and_the_vault_name_the_same_records() -> None:
    on_page = {span for row in rows(section(PAGE, "## 5.")) for span in code_spans(row[0])}
    assert on_page == {str(kind.__struct_config__.tag) for kind in get_args(Record)}


def test_the_page_the_message_and_the_camera_name_the_same_events() -> None:
    sentence = re.search(r"kinds: ([^.]*(?:\.[a-z][^.]*)*)\.\s", section(PAGE, "## 8."))
    assert sentence is not None
    kinds = set(code_spans(sentence[1]))
    assert kinds == kinds_made()
    assert kinds == set(re.findall(r"\b[a-z]+\.[a-z]+\b", Event.__doc__ or ""))


def kinds_made() -> set[str]:
    """Every text of the form `thing.happened` that the camera hands to somebody who announces it."""
    calls = {"announce", "Event", "_on_change", "on_change"}
    found: set[str] = set()
    for path in (ROOT / "camera").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in calls:
                texts = [
                    part.value for given in node.args[:1] for part in ast.walk(given) if isinstance(part, ast.Constant)
                ]
                found |= {text for text in texts if isinstance(text, str)}
    return found


def test_the_page_and_the_contract_name_the_same_error_codes() -> None:
    paragraph = re.search(r"^Errors carry a code: (.*?)\n\n", PAGE, re.MULTILINE | re.DOTALL)
    assert paragraph is not None
    assert set(code_spans(paragraph[1])) == set(get_args(ErrorCode))
