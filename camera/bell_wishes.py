"""What the owner set about the bell: how loud, and when it is quiet in the house; one small file."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from camera.atomic_file import replace_file

logger = logging.getLogger(__name__)
Minute = Annotated[int, msgspec.Meta(ge=0, le=1439)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Zone = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[A-Za-z][A-Za-z0-9+_-]*(/[A-Za-z0-9+_-]+){0,2}$")]


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From and to are minutes of the local day in `zone` (an IANA name); from 22:00 to 7:00 goes over midnight."""

    from_minute: Minute
    to_minute: Minute
    zone: Zone

    def is_known(self) -> bool:
        """Whether this machine knows the zone."""
        try:
            ZoneInfo(self.zone)
        except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError of its own kind
            return False
        except KeyError:
            return False
        return True

    def holds(self, wall_ms: int) -> bool:
        """Whether it is quiet at this moment; in the local time that clocks show there, summer time included."""
        local = datetime.fromtimestamp(wall_ms / 1000, ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        return (minute - self.from_minute) % 1440 < (self.to_minute - self.from_minute) % 1440


class BellWishes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """bell.json; the default is a bell that rings at any hour."""

    volume: Share = 0.8
    quiet: Quiet | None = None

    def volume_at(self, wall_ms: int, *, is_time_known: bool) -> float:
        """0 in quiet hours. Under a clock that was never set no hour is: better a loud bell than a missed visitor."""
        return 0.0 if self.quiet and is_time_known and self.quiet.holds(wall_ms) else self.volume


class BellFile:
    """Reads the file once and replaces it; a crash leaves the old one or the new one.

    Fails safe: a file that cannot be read means a bell that rings at any hour.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "bell.json"
        self.wishes = self._read()

    def keep(self, wishes: BellWishes) -> None:
        """Raises OSError when it cannot be written; what was in force then still is."""
        replace_file(self._path, msgspec.json.encode(wishes))
        self.wishes = wishes

    def _read(self) -> BellWishes:
        try:
            wishes = msgspec.json.decode(self._path.read_bytes(), type=BellWishes)
        except FileNotFoundError:
            return BellWishes()
        except (OSError, msgspec.DecodeError) as error:
            logger.warning("what was set about the bell is forgotten: %s", error)
            return BellWishes()
        return wishes if wishes.quiet is None or wishes.quiet.is_known() else BellWishes(wishes.volume)
