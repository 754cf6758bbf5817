"""The built web app, read into memory at start: a request can name a file, and never reaches the disk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from server.errors import Refused, not_found

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class WebFile:
    """One file of the web app, with its media type."""

    content: bytes
    media_type: str


class WebFiles:
    """By name below the web app's folder, `assets/…` for the hashed ones; other kinds of files are left out."""

    def __init__(self, files: dict[str, WebFile]) -> None:
        self._files = files

    @classmethod
    def read(cls, folder: Path) -> WebFiles:
        """What `folder` and its `assets` hold; a missing folder is an empty web app."""
        files = {}
        for place, prefix in ((folder, ""), (folder / "assets", "assets/")):
            for path in sorted(place.iterdir()) if place.is_dir() else []:
                if path.suffix in _TYPES and path.is_file() and not path.is_symlink():
                    files[prefix + path.name] = WebFile(path.read_bytes(), _TYPES[path.suffix])
        return cls(files)

    def get(self, name: str) -> WebFile:
        """Raises Refused: no_web_app when none was built, not_found otherwise."""
        if "index.html" not in self._files:
            raise Refused(503, "no_web_app", "the web app is not built yet: run `python3 run.py setup`, then restart")
        file = self._files.get(name)
        if file is None:
            raise not_found("this page")
        return file
