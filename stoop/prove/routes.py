"""Whether the server has exactly the routes of its published list, and none that hands out more than one clip."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from server.app import create_api
from server.routes import ROUTES, Route
from server.services import make_services
from stoop.prove.finding import Finding, judged
from stoop.prove.installation import Installation

CLAIM = "The web server answers the published list of addresses and no other."
_SEALED = ("/api/clips", "/api/thumbnails", "/api/journal")


def routes(_: Installation) -> Finding:
    """Builds the installed server (without starting it) and compares."""
    built = set(routes_built())
    return judged(
        CLAIM,
        "built the installed server and compared its routes with the list",
        route_faults(built, ROUTES),
        f"{len(ROUTES)} routes; a clip is answered one at a time, to an owner's device",
    )


def route_faults(built: set[tuple[str, str]], published: tuple[Route, ...]) -> list[str]:
    """How the two differ, and sealed files that somebody but an owner may ask for."""
    listed = {(route.method, route.path) for route in published}
    faults = [f"not on the list: {method} {path}" for method, path in sorted(built - listed)]
    faults += [f"on the list and not there: {method} {path}" for method, path in sorted(listed - built)]
    faults += [
        f"{route.method} {route.path} is for {route.authority}"
        for route in published
        if route.path.startswith(_SEALED) and route.authority != "owner"
    ]
    return faults


def routes_built() -> Iterator[tuple[str, str]]:
    """Method and path template of everything that the installed server would answer."""
    with tempfile.TemporaryDirectory(prefix="stoop-prove-") as folder:
        api = create_api(make_services(Path(folder), Path(folder) / "none.sock", Path(folder)))
    yield from _flat(api.routes)


def _flat(routes: Iterable[object]) -> Iterator[tuple[str, str]]:
    """FastAPI keeps an included router as one route; whatever has no methods is named too, so that it shows."""
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is not None:
            yield from _flat(inner)
            continue
        path = str(getattr(route, "path", repr(route)))
        yield from ((method, path) for method in getattr(route, "methods", None) or ("ANY",))
