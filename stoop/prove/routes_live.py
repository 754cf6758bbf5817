"""Asks the running server, over loopback and without signing in, for every listed route and for tempting others."""

from __future__ import annotations

import http.client
import re
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from server.routes import ROUTES, Route
from stoop.prove.finding import Finding, judged, not_checked
from stoop.prove.installation import Installation

CLAIM = "Whoever is not signed in gets the empty app, and nothing that it shows."
TEMPTING = (
    "/openapi.json", "/docs", "/redoc", "/admin", "/metrics", "/debug", "/status", "/export", "/download", "/backup",
    "/stream", "/video", "/live.mjpg", "/snapshot.jpg", "/picture.jpg", "/hls/live.m3u8", "/rtsp",
    "/onvif/device_service", "/api", "/api/clips/all", "/api/clips.zip", "/api/export", "/api/download",
    "/api/footage", "/api/requests", "/api/share", "/api/feed", "/api/neighbors", "/api/police", "/api/map",
    "/api/cameras", "/api/people", "/api/faces", "/api/plate", "/api/mask", "/api/keys", "/api/users",
    "/api/accounts", "/api/config", "/api/settings", "/api/logs", "/api/snapshot", "/api/v1/clips", "/graphql",
    "/.env", "/.git/config", "/camera/camera.json", "/camera/devices.json", "/camera/mask.json",
    "/server/tls-key.pem", "/sealed/clips", "/assets/..%2f..%2fcamera.json", "/proof.json",
)  # fmt: skip
_LIMIT_S = 10.0
Ask: TypeAlias = Callable[[str, str], int]
"""Method and path to the status of the answer. Raises OSError or HTTPException."""


def routes_answer(installation: Installation) -> Finding:
    how = "asked the running server without signing in"
    if installation.server is None:
        return not_checked(CLAIM, how, "no server is running on this data folder")
    try:
        ports = [socket.local_port for socket in installation.server.sockets() if socket.is_listening]
        connection = _connect(ports[0], installation.data / "server" / "tls-cert.pem")
        faults = answer_faults(lambda method, path: _ask(connection, method, path))
    except (OSError, IndexError, http.client.HTTPException) as error:
        return not_checked(CLAIM, how, f"the server could not be asked ({type(error).__name__})")
    return judged(CLAIM, f"{how} for its {len(ROUTES)} routes and {len(TEMPTING)} tempting others", faults)


def answer_faults(ask: Ask) -> list[str]:
    """Each answer that the list does not allow."""
    faults = []
    for route in ROUTES:
        status = ask(route.method, filled(route.path))
        if not _is_allowed(route, status):
            faults.append(f"{route.method} {route.path} answered {status}")
    for path in TEMPTING:
        status = ask("GET", path)
        if status != (401 if _is_listed(path) else 404):
            faults.append(f"GET {path} answered {status}")
    return faults


def filled(path: str) -> str:
    """A path of this template that names nothing that is there."""
    return re.sub(r"\{\w+\}", "0" * 32, path)


def _is_allowed(route: Route, status: int) -> bool:
    if route.authority != "anybody":
        return status == 401
    return status not in (401, 403, 405) and (status != 404 or "{" in route.path)


def _is_listed(path: str) -> bool:
    """Whether a listed template takes it, as "/api/clips/{clip}" takes "/api/clips/all": 401 is right then."""
    patterns = (re.sub(r"\{\w+\}", "[^/]+", route.path) for route in ROUTES if route.authority != "anybody")
    return any(re.fullmatch(pattern, path) for pattern in patterns)


def _connect(port: int, certificate: Path) -> http.client.HTTPSConnection:
    """To this machine alone; the certificate must be the very one in the data folder. Raises OSError."""
    context = ssl.create_default_context(cafile=certificate)
    connection = http.client.HTTPSConnection("localhost", port, timeout=_LIMIT_S, context=context)
    connection.connect()
    return connection


def _ask(connection: http.client.HTTPSConnection, method: str, path: str) -> int:
    suffix = "" if connection.port == 443 else f":{connection.port}"  # as browsers and http.client write a Host
    headers = {"Origin": f"https://localhost{suffix}", "Content-Type": "application/json"}
    body = b"" if path.endswith("/nonce") else b"{}"
    connection.request(method, path, body if method == "POST" else None, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status
