"""How large an update may be that comes through the app: camera, server and updater agree on it."""

from __future__ import annotations

MAX_UPDATE_BYTES = (1024 + 2) * 1024 * 1024
"""What `stoop.update.bundle` takes at most, and the tar around it. Wheels for Raspberry Pi OS are some 130 MB."""
