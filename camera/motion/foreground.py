"""What stands before the background: a mixture model, without light, shake of leaves and what the mask hides."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from camera.frame import Plane
from camera.motion.blobs import Blob, find_blobs
from camera.motion.light import light_mask
from camera.motion.settings import MotionSettings
from camera.visible_area import BoolPlane

Region = tuple[slice, slice]

_CELL_PX = 10
_CELL_BUSY_COVER = 0.12
_CORE = 255  # MOG2 marks foreground 255 and shadow 127
_MODES = 5  # with three, swinging things come back as new ones (measured: balloons before a shop)
_REFRESH_S = 0.5
_STIR_S = 1.0
_STIR_LEVELS = 12
_OPEN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
_JOIN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


@dataclass(frozen=True, slots=True)
class _Past:
    time_s: float
    picture: Plane


class Foreground:
    """The background of one scene, learned from its small pictures (uint8, LINES high). One thread.

    Only pixels of `visible` ever count. Behind the regions that the caller holds nothing is learned, so that a visitor
    who stands still does not become background.
    """

    def __init__(self, visible: BoolPlane, settings: MotionSettings) -> None:
        self._settings = settings
        self._visible: Plane = np.where(visible, np.uint8(255), np.uint8(0))
        self._visible_px = max(1, int(np.count_nonzero(visible)))
        self._model = cv2.createBackgroundSubtractorMOG2(300, settings.variance_threshold, True)
        self._model.setNMixtures(_MODES)
        height, width = visible.shape
        self._busy = np.zeros((height // _CELL_PX, max(1, width // _CELL_PX)), np.float32)
        self._past: deque[_Past] = deque()
        self._known: _Past | None = None
        self._pictures = 0
        self._relearn_until_s = -math.inf

    def find(self, small: Plane, time_s: float, held: Sequence[Region]) -> list[Blob] | None:
        """The blobs of one picture, or None while the light changes and nothing can be said."""
        step_s = time_s - self._past[-1].time_s if self._past else 0.0
        background = self._background(small, time_s)
        raw = self._learn(small, background, step_s, held, time_s)
        raw &= self._visible
        stirred = self._stirred(small, time_s)
        if not cv2.countNonZero(raw):
            self._note_busy(raw, step_s)
            return []
        light = light_mask(small, background, self._settings)
        if self._is_light_change(raw, light):
            self._relearn_until_s = time_s + self._settings.veto_s
        if time_s < self._relearn_until_s:
            return None
        raw &= ~light
        mask = np.asarray(cv2.morphologyEx(raw, cv2.MORPH_OPEN, _OPEN), np.uint8)
        quiet = self._note_busy(mask, step_s)
        for region in held:
            quiet[region] = 255
        mask = np.asarray(cv2.dilate(mask & quiet, _JOIN), np.uint8) & self._visible
        return find_blobs(mask, stirred, self._settings.min_blob_px)

    def _background(self, small: Plane, time_s: float) -> Plane:
        """The model's picture of the empty scene, at most half a second old: making it is a quarter of the cost."""
        if not self._pictures:
            return small
        if self._known is None or time_s - self._known.time_s >= _REFRESH_S:
            self._known = _Past(time_s, np.asarray(self._model.getBackgroundImage(), np.uint8))
        return self._known.picture

    def _learn(self, small: Plane, background: Plane, step_s: float, held: Sequence[Region], time_s: float) -> Plane:
        self._pictures += 1
        rate = max(1.0 - math.exp(-step_s / self._settings.memory_s), 1.0 / self._pictures)
        if time_s < self._relearn_until_s:
            rate = max(rate, 0.3)
        fed = small
        if held:
            fed = small.copy()
            for region in held:
                fed[region] = background[region]
        raw = np.asarray(self._model.apply(fed, learningRate=rate), np.uint8)
        cv2.threshold(raw, _CORE - 1, 255, cv2.THRESH_BINARY, raw)
        for region in held:
            difference = cv2.absdiff(small[region], background[region])
            raw[region] = np.where(difference > self._settings.held_difference, np.uint8(255), np.uint8(0))
        return raw

    def _stirred(self, small: Plane, time_s: float) -> Plane:
        self._past.append(_Past(time_s, small))
        while len(self._past) > 1 and self._past[1].time_s <= time_s - _STIR_S:
            self._past.popleft()
        difference = cv2.absdiff(small, self._past[0].picture)
        return np.asarray(cv2.threshold(difference, _STIR_LEVELS, 255, cv2.THRESH_BINARY)[1], np.uint8)

    def _is_light_change(self, raw: Plane, light: Plane) -> bool:
        changed = cv2.countNonZero(raw)
        if changed < self._settings.veto_share * self._visible_px:
            return False
        return cv2.countNonZero(raw & light) > self._settings.veto_light_share * changed

    def _note_busy(self, mask: Plane, step_s: float) -> Plane:
        """Learn where it moves all the time; 255 where it does not."""
        rows, columns = self._busy.shape
        cover = cv2.resize(mask, (columns, rows), interpolation=cv2.INTER_AREA)
        is_active = (cover > _CELL_BUSY_COVER * 255).astype(np.float32)
        share = 1.0 - math.exp(-step_s / self._settings.busy_memory_s)
        self._busy += np.float32(share) * (is_active - self._busy)
        quiet = np.where(self._busy > self._settings.busy_share, np.uint8(0), np.uint8(255))
        height, width = mask.shape
        return np.asarray(cv2.resize(quiet, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
