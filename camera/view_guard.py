"""Watches the view for the pipeline, and keeps what is known of it in view.json from one start to the next."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from camera.frame import MaskedFrame
from camera.view import ViewMemory, ViewState, ViewWatch
from camera.visible_area import BoolPlane

logger = logging.getLogger(__name__)


class ViewKeeper(Protocol):
    """Where views are kept, and who hears of changes (on the video thread)."""

    def view_memory(self) -> ViewMemory | None:
        """What is kept, or None where nothing is; a memory that cannot be read is one that `is_moved`."""

    def save_view_memory(self, memory: ViewMemory) -> None: ...
    def view_changed(self, state: ViewState, *, is_news: bool) -> None:
        """`is_news`: it was seen in a picture, not taken from what was known."""


class ViewGuard:
    """One for the camera's life; pipelines come and go. `begin` and `look` on the video thread, `forget` from any.

    Invariant: what is learned under one drawing is never kept for another.
    """

    def __init__(self, keeper: ViewKeeper) -> None:
        self._keeper = keeper
        self._lock = threading.Lock()
        self._memory = keeper.view_memory()
        self._watch: ViewWatch | None = None

    def forget(self, mask_digest: str) -> None:
        """The owner has drawn: what is seen from now on is the view that the drawing is for.

        Raises OSError when it cannot be written.
        """
        with self._lock:
            self._watch, self._memory = None, ViewMemory(mask_digest)
            self._keeper.save_view_memory(self._memory)

    def begin(self, mask_digest: str | None, visible_luma: BoolPlane) -> None:
        """The source has started, or the mask was changed. Nothing is guarded without a mask: all is black then."""
        with self._lock:
            if mask_digest is None:
                self._watch = None
                state = ViewState.UNKNOWN
            else:
                kept = self._memory
                # kept for another drawing: that file was cut off from its mask, or the mask from before the lockout
                fits = kept is not None and (kept.mask == mask_digest or kept.is_moved)
                self._watch = ViewWatch(visible_luma, kept if kept and fits else ViewMemory(mask_digest))
                state = self._watch.state
        self._keeper.view_changed(state, is_news=False)

    def look(self, frame: MaskedFrame) -> bool:
        """Whether this picture may be seen: not between `forget` and `begin`, where the old mask is still on it."""
        with self._lock:
            watch = self._watch
            if watch is None:
                return False
            before, known = watch.state, watch.memory
            state = watch.look(frame)
            if watch.memory is not known:
                self._memory = watch.memory
                self._save(watch.memory)
        if state is not before:
            self._keeper.view_changed(state, is_news=True)
        return state.is_shown

    def _save(self, memory: ViewMemory) -> None:
        try:
            self._keeper.save_view_memory(memory)
        except OSError as error:  # a card that is full must not stop the watching; at worst a start is checked in vain
            logger.warning("what is known of the view could not be kept: %s", error)
