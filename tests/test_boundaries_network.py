"""The camera process has one socket, a Unix one, in one module; and nothing in it can dial."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CAMERA = Path(__file__).parents[1] / "camera"
SOCKET_MODULE = CAMERA / "publisher.py"
NETWORK = {
    "aiohttp", "aioice", "aiortc", "asyncio", "fastapi", "ftplib", "h11", "http", "httpx", "imaplib", "poplib",
    "requests", "smtplib", "socketserver", "ssl", "starlette", "telnetlib", "urllib.request", "urllib3", "uvicorn",
    "websockets", "xmlrpc",
}  # fmt: skip
DYNAMIC = {"__import__", "exec", "eval"}


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def network_faults(path: Path, source: str) -> list[str]:
    """What in this module could reach a network."""
    tree = ast.parse(source)
    faults = []
    for name in imported(tree):
        parts = name.split(".")
        prefixes = {".".join(parts[:end]) for end in range(1, len(parts) + 1)}
        if prefixes & NETWORK or ("socket" in prefixes and path != SOCKET_MODULE):
            faults.append(f"imports {name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr.startswith("AF_") and node.attr != "AF_UNIX":
            faults.append(f"names {node.attr}")
        if isinstance(node, ast.Attribute) and node.attr in {"create_connection", "create_server"}:
            faults.append(f"calls {node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DYNAMIC:
            faults.append(f"calls {node.func.id}")
    return faults


def unix_socket_faults(source: str) -> list[str]:
    """Every `socket.socket(…)` of the publisher names AF_UNIX first."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "socket.socket"
        and not (node.args and ast.unparse(node.args[0]) == "socket.AF_UNIX")
    ]


@pytest.mark.parametrize("path", sorted(CAMERA.rglob("*.py")), ids=lambda path: str(path.relative_to(CAMERA)))
def test_the_camera_has_no_network(path: Path) -> None:
    assert network_faults(path, path.read_text()) == []


def test_the_one_socket_is_a_unix_socket() -> None:
    source = SOCKET_MODULE.read_text()

    assert "socket.socket(" in source
    assert unix_socket_faults(source) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import socket",
        "from urllib import request",
        "import urllib.request",
        "import http.client",
        "from asyncio import open_connection",
        "__import__('socket')",
        "s.create_connection(('a', 1))",
        "x = socket.AF_INET",
    ],
)
def test_a_planted_way_out_is_seen(planted: str) -> None:
    assert network_faults(CAMERA / "mask.py", planted)


def test_a_planted_internet_socket_is_seen() -> None:
    assert unix_socket_faults("import socket\nsocket.socket()")
    assert unix_socket_faults("import socket\nsocket.socket(socket.AF_INET, 1)")
