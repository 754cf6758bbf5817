"""Reads the first owner's key from a code held before the lens; **only while the camera has no owner**.

The one look at unmasked pictures that no owner asked for, as there is none yet. What leaves this module is a public
key or nothing: no picture is kept, stored or sent, and after the claim no picture is looked at any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2

from camera.clock import Clock
from camera.frame import Frame, Plane
from camera.signed import decode_base64url

PREFIX = "stoop1"
LIFE_NS = 120 * 1_000_000_000
"""So long after it was last seen, a key may still claim: the owner walks back in, and the page tries every 3 s."""
_PAUSE_NS = 400_000_000
_PAUSE_TIMES = 4
_WIDEST_PX = 1280
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class _Seen:
    key: bytes
    until_ns: int


class ShownKey:
    """The last key that was shown.

    Written by the video thread, read under the authority lock: one value, replaced whole.
    """

    def __init__(self) -> None:
        self._seen: _Seen | None = None

    def show(self, key: bytes, now_ns: int) -> None:
        """The newest counts: who shows another code afterwards takes the place of the first, until the claim."""
        self._seen = _Seen(key, now_ns + LIFE_NS)

    def key(self, now_ns: int) -> bytes | None:
        """The raw Ed25519 key, or None when none was shown lately."""
        seen = self._seen
        return seen.key if seen and now_ns < seen.until_ns else None

    def forget(self) -> None:
        self._seen = None


class CodeReader:
    """A Looker (camera.unmasked): looks at the luma now and then, at most a fifth of the time, while `is_wanted`."""

    def __init__(self, camera_id: str, shown: ShownKey, clock: Clock, is_wanted: Callable[[], bool]) -> None:
        self._camera_id, self._shown, self._clock, self._is_wanted = camera_id, shown, clock, is_wanted
        self._due_ns = 0

    def offer(self, frame: Frame) -> None:
        if not self._is_wanted():
            self._shown.forget()
            return
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._due_ns:
            return
        begun_ns = time.monotonic_ns()
        key = key_in(read_code(frame.i420[: frame.size.height_px]), self._camera_id)
        if key:
            self._shown.show(key, now_ns)
        self._due_ns = now_ns + max(_PAUSE_NS, _PAUSE_TIMES * (time.monotonic_ns() - begun_ns))

    def forget(self) -> None:
        self._shown.forget()


def read_code(luma: Plane) -> str:
    """The text of the QR code in uint8 (height, width), or "" when there is none that can be read."""
    scale = min(1.0, _WIDEST_PX / luma.shape[1])
    try:
        small = cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else luma
        text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(small)
    except (cv2.error, UnicodeDecodeError):  # what anybody holds before the lens must not end the camera
        return ""
    return text


def key_in(text: str, camera_id: str) -> bytes | None:
    """The raw Ed25519 key of `stoop1:<first 8 hex digits of the camera's id>:<key in base64url>`; None for all else."""
    parts = text.split(":")
    if len(parts) != 3 or parts[0] != PREFIX or parts[1] != camera_id[:8]:
        return None
    try:
        key = decode_base64url(parts[2])
    except ValueError:
        return None
    return key if len(key) == _KEY_BYTES else None
