"""Names as people typed them, made fit to be kept and shown."""

from __future__ import annotations

import re

from camera.errors import CommandRefused


def tidy(name: str) -> str:
    """A name as people typed it, without control characters and outer blanks.

    Raises CommandRefused bad_request when nothing is left.
    """
    clean = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+", " ", name).strip()
    if not clean:
        raise CommandRefused("bad_request", f"the name {name!r} is empty: type at least one letter")
    return clean
