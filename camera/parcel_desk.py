"""The place for parcels as the owner drew it: one small file, and the watch over it in the running camera."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec

from camera.atomic_file import replace_file
from camera.parcels import ParcelNews
from camera.pipeline import Pipeline

logger = logging.getLogger(__name__)
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Area = Annotated[tuple[tuple[Share, Share], ...], msgspec.Meta(min_length=3, max_length=32)]


class ParcelWishes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """parcels.json; the default is that nothing is watched."""

    area: Area | None = None


class ParcelDesk:
    """A crash leaves the old file or the new one; one that cannot be read means that nothing is watched."""

    def __init__(self, folder: Path, on_news: Callable[[ParcelNews], None]) -> None:
        """`on_news` is called on the video thread; it must be quick."""
        self._path, self._on_news = folder / "parcels.json", on_news
        self.wishes = self._read()

    def attach(self, pipeline: Pipeline) -> None:
        """Have this pipeline watch the place, from its next picture on."""
        pipeline.watch_parcels(self.wishes.area, self._on_news)

    def keep(self, wishes: ParcelWishes) -> None:
        """Raises OSError when it cannot be written; what was in force then still is."""
        replace_file(self._path, msgspec.json.encode(wishes))
        self.wishes = wishes

    def _read(self) -> ParcelWishes:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=ParcelWishes)
        except FileNotFoundError:
            return ParcelWishes()
        except (OSError, msgspec.DecodeError) as error:
            logger.warning("the place for parcels is forgotten: %s", error)
            return ParcelWishes()
