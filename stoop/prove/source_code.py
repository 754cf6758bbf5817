"""Reads our own installed source for what must not be in it: networks in the camera, clients in the server."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Set
from pathlib import Path

COURIER = "server/courier/"
SOCKET_MODULE = "camera/publisher.py"
_NETWORKS = {
    "aiohttp", "aioice", "aiortc", "asyncio", "fastapi", "ftplib", "h11", "http", "httpx", "imaplib", "poplib",
    "requests", "smtplib", "socketserver", "ssl", "starlette", "telnetlib", "urllib.request", "urllib3", "uvicorn",
    "websockets", "xmlrpc",
}  # fmt: skip
_CLIENTS = {
    "aiohttp", "ftplib", "http.client", "httpx", "imaplib", "poplib", "requests", "smtplib", "telnetlib",
    "urllib.request", "urllib3", "websocket", "websockets", "xmlrpc.client", "paho", "subprocess", "server.courier",
}  # fmt: skip
CLIENTS_OF_COURIER = frozenset(_CLIENTS) - {"server.courier"}
_DIALS = {"create_connection", "open_connection", "connect_ex", "sock_connect"}
_DYNAMIC = {"__import__", "exec", "eval"}


def modules(code: Path, package: str) -> list[Path]:
    return sorted((code / package).rglob("*.py"))


def networks_in_camera(code: Path) -> list[str]:
    """Each place in the camera's source that could reach a network; its one Unix socket may stand in its one module."""
    faults = []
    for path in modules(code, "camera"):
        tree, name = _tree(path), str(path.relative_to(code))
        has_socket = name == SOCKET_MODULE
        faults += [f"{name} imports {found}" for found in imported(tree) if _is_network(found, has_socket)]
        faults += [f"{name} {fault}" for node in ast.walk(tree) if (fault := _network_use(node))]
    return faults


def clients_in_server(code: Path) -> list[str]:
    """Each place in the server's source that could call somebody, or hands a peer's library a server to ask."""
    faults = []
    for path in modules(code, "server"):
        name = str(path.relative_to(code))
        if not name.startswith(COURIER):  # that is another process: stoop/prove/holes.py
            faults += [f"{name} {fault}" for fault in clients_in(path)]
    return faults


def clients_in(path: Path, clients: Set[str] = frozenset(_CLIENTS)) -> list[str]:
    """What in this module could call somebody."""
    tree = _tree(path)
    faults = [f"imports {found}" for found in imported(tree) if _prefixes(found) & clients]
    return faults + [fault for node in ast.walk(tree) if (fault := _client_use(node))]


def imported(tree: ast.AST) -> Iterator[str]:
    """Every dotted name that is imported anywhere in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _prefixes(name: str) -> set[str]:
    parts = name.split(".")
    return {".".join(parts[:end]) for end in range(1, len(parts) + 1)}


def _is_network(name: str, has_socket: bool) -> bool:
    return bool(_prefixes(name) & _NETWORKS) or ("socket" in _prefixes(name) and not has_socket)


def _network_use(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr.startswith("AF_") and node.attr != "AF_UNIX":
        return f"names {node.attr}"
    if isinstance(node, ast.Attribute) and node.attr in {*_DIALS, "create_server"}:
        return f"calls {node.attr}"
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "socket.socket":
        is_unix = bool(node.args) and ast.unparse(node.args[0]) == "socket.AF_UNIX"
        return None if is_unix else "opens a socket that is not a Unix one"
    return _dynamic(node)


def _client_use(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and node.attr in _DIALS:
        return f"calls {node.attr}"
    if isinstance(node, ast.keyword) and node.arg == "remote_addr":
        return "opens a datagram socket to one peer"
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("RTCConfiguration"):
        given = [keyword.value for keyword in node.keywords if keyword.arg == "iceServers"]
        has_none = len(given) == 1 and isinstance(given[0], ast.List) and not given[0].elts
        return None if has_none else "lets the live picture ask a server outside"
    return _dynamic(node)


def _dynamic(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _DYNAMIC:
        return f"calls {node.func.id}"
    return None
