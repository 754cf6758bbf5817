"""Lists and sends what the camera sealed, as it lies on disk; it can open none of it and follows no link."""

from __future__ import annotations

import asyncio
import os
import re
import stat
import time
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.byte_range import ByteRange, UnsatisfiableRangeError, parse_range
from server.errors import Refused, not_found
from server.listing import Listed, Listing

CLIP_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)
_EPOCH = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_EPOCH_STEM = re.compile(r"[0-9a-f]{8}", re.ASCII)
_CHUNK_BYTES = 256 * 1024
_MAX_EPOCH = 0xFFFFFFFF


class SealedFolder:
    """DATA/sealed, read-only; the camera writes there at the same time."""

    def __init__(self, path: Path, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clips = Listing(path / "clips", ".age", CLIP_ID, monotonic_s)
        self._epochs = Listing(path / "journal", ".sjl", _EPOCH_STEM, monotonic_s)

    def clips(self) -> list[Listed]:
        """Newest first: ids sort by age."""
        return self._clips.files()[::-1]

    def epochs(self) -> list[Listed]:
        """Oldest first; the stem is the epoch in eight hex digits."""
        return self._epochs.files()

    def look_again(self) -> None:
        """See what was changed in place, as `Listing` does; takes half a second for 100,000 clips."""
        self._clips.look_again()
        self._epochs.look_again()

    def open_clip(self, clip: str) -> int:
        """A file descriptor, the caller's to close. Raises Refused (not_found)."""
        return self._open(f"clips/{clip}.age", f"clip {clip}") if CLIP_ID.fullmatch(clip) else _no_such("this clip")

    def open_thumbnail(self, clip: str) -> int:
        """A file descriptor, the caller's to close. Raises Refused (not_found)."""
        name = f"thumbs/{clip}.thumb"
        return self._open(name, f"thumbnail {clip}") if CLIP_ID.fullmatch(clip) else _no_such("this thumbnail")

    def open_epoch(self, epoch: str) -> int:
        """A file descriptor, the caller's to close; `epoch` in decimal. Raises Refused (not_found)."""
        if not _EPOCH.fullmatch(epoch) or int(epoch) > _MAX_EPOCH:
            return _no_such("this journal")
        return self._open(f"journal/{int(epoch):08x}.sjl", f"journal {epoch}")

    def _open(self, name: str, what: str) -> int:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            fd = os.open(self._path / name, flags)
        except OSError as error:
            raise not_found(what) from error
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise not_found(what)
        return fd


def _no_such(what: str) -> int:
    raise not_found(what)


class SealedFileResponse(Response):
    """Sends an open file, whole or one range of it; closes it whatever happens.

    Reads in a thread, a chunk at a time, and stops when the browser is gone. A file that shrinks meanwhile breaks
    the connection off: nothing is made up.
    """

    def __init__(self, fd: int, request: Request) -> None:
        self._fd = fd
        size_bytes = os.fstat(fd).st_size
        try:
            wanted = _wanted(request, size_bytes)
        except UnsatisfiableRangeError as error:
            os.close(fd)
            headers = {"Content-Range": f"bytes */{size_bytes}", "Accept-Ranges": "bytes"}
            raise Refused(416, "bad_range", str(error), headers) from error
        self._range = wanted or ByteRange(0, size_bytes)
        headers = {"Accept-Ranges": "bytes", "Content-Length": str(self._range.size_bytes)}
        if wanted is not None:
            headers["Content-Range"] = f"bytes {wanted.start}-{wanted.end - 1}/{size_bytes}"
        self.status_code = 200 if wanted is None else 206
        self.media_type = "application/octet-stream"
        self.background = None
        self.body = b""
        self.init_headers(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if scope["method"] != "HEAD":
                await self._send_bytes(send, gone)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            os.close(self._fd)

    async def _send_bytes(self, send: Send, gone: asyncio.Future[None]) -> None:
        position = self._range.start
        while position < self._range.end and not gone.done():
            wanted_bytes = min(_CHUNK_BYTES, self._range.end - position)
            chunk = await asyncio.to_thread(os.pread, self._fd, wanted_bytes, position)
            if not chunk:
                raise ConnectionAbortedError("a sealed file became shorter while it was sent")
            position += len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})


def _wanted(request: Request, size_bytes: int) -> ByteRange | None:
    """RFC 9110 defines ranges for GET alone; with If-Range we have no validator that could match."""
    headers = request.headers
    if request.method != "GET" or "if-range" in headers or len(headers.getlist("range")) != 1:
        return None
    return parse_range(headers["range"], size_bytes)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
