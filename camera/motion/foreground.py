"""What stands before the background, without light, what falls and flies, shake of leaves and what the mask hides."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from camera.frame import Plane
from camera.motion.band import Band, Region
from camera.motion.blobs import Blob, find_blobs
from camera.motion.busy import BusyCells
from camera.motion.detail import DetailFilter
from camera.motion.light import light_mask
from camera.motion.settings import MotionSettings
from camera.motion.usual import UsualPicture
from camera.visible_area import BoolPlane

__all__ = ["Foreground", "Region"]

_STIR_S = 1.0
_STIR_LEVELS = 12
_OPEN = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))

_TOUCHING = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class _Past:
    time_s: float
    detail: Plane


class Foreground:
    """The background of one scene, learned from its small pictures (uint8, LINES high). One thread.

    Only pixels of `visible` ever count. Behind the regions that the caller holds nothing is learned, so that a visitor
    who stands still does not become background.
    """

    def __init__(self, visible: BoolPlane, settings: MotionSettings) -> None:
        self._settings = settings
        self._visible: Plane = np.where(visible, np.uint8(255), np.uint8(0))
        self._visible_px = max(1, int(np.count_nonzero(visible)))
        self._filter = DetailFilter(visible, settings.detail_px)
        self._join = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (settings.join_px, settings.join_px))
        self._band: Band | None = None
        height, width = visible.shape
        self._light_level = np.zeros((height, width), np.float32)
        self._limit, self._scratch = (np.empty((height, width), np.float32) for _ in range(2))
        self._busy = BusyCells(height, width, settings)
        self._past: deque[_Past] = deque()
        self._moved_s = np.full((height, width), -1e6, np.float32)
        self._usual = UsualPicture(height, width, settings)
        self._raw_before: Plane = np.zeros((height, width), np.uint8)
        self._share_before = 0.0
        self._began_s = 0.0
        self._relearn_until_s = -math.inf
        self._is_relearning = False

    def find(self, small: Plane, time_s: float, held: Sequence[Region]) -> list[Blob] | None:
        """The blobs of one picture, or None while the light changes and nothing can be said."""
        detail, level = self._filter(small)
        if self._band is None:
            self._band = Band(detail, self._settings.attack_per_s, self._settings.release_per_s)
            np.copyto(self._light_level, level, casting="unsafe")
            self._usual.take(small)
            self._began_s = time_s
        step_s = time_s - self._past[-1].time_s if self._past else 0.0
        raw = self._leaves_band(detail, level)
        stirred = self._stirred(detail, time_s)
        if self._is_other_scene(raw, detail):
            self._relearn_until_s = time_s + self._settings.veto_s
        if time_s < self._relearn_until_s:
            self._is_relearning = True
            self._raw_before = raw
            return None
        if self._is_relearning:
            self._is_relearning = False
            self._band.take(detail)
            np.copyto(self._light_level, level, casting="unsafe")
            self._usual.take(small)
            self._began_s = time_s
            return None
        passing = raw & ~np.asarray(cv2.dilate(self._raw_before, _TOUCHING), np.uint8)
        lasting = self._lasting(raw, passing, step_s)
        self._learn(small, detail, level, passing, step_s, time_s, held)
        if not cv2.countNonZero(lasting):
            self._busy.note(lasting, step_s, held)
            return []
        lasting = np.asarray(cv2.morphologyEx(lasting, cv2.MORPH_OPEN, _OPEN), np.uint8)
        self._drop_light(lasting, detail)
        self._usual.drop_soft(lasting, small)
        self._usual.fill(lasting, small)
        quiet = self._busy.note(lasting, step_s, held)
        for region in held:
            quiet[region] = 255
        mask = np.asarray(cv2.dilate(lasting & quiet, self._join), np.uint8) & self._visible
        blobs = find_blobs(mask, stirred, self._fresh(mask, time_s, held), self._settings.min_blob_px)
        return [replace(blob, busy=self._busy.share_around(blob)) for blob in blobs]

    def _fresh(self, mask: Plane, time_s: float, held: Sequence[Region]) -> Plane:
        """Not 0 where nothing moved lately, but for what is held; and note what moves now."""
        fresh = self._moved_s < time_s - self._settings.fresh_after_s
        is_moving = mask > 0
        kept = [(region, self._moved_s[region].copy()) for region in held]
        np.copyto(self._moved_s, np.float32(time_s), where=is_moving)
        for region, moved_s in kept:
            self._moved_s[region] = moved_s
        return np.asarray(fresh.view(np.uint8), np.uint8)

    def _leaves_band(self, detail: Plane, level: Plane) -> Plane:
        """255 where a pixel leaves its band by more than its noise and the change of the light around it allow."""
        assert self._band is not None
        settings, limit, scratch = self._settings, self._limit, self._scratch
        np.subtract(level, self._light_level, out=limit)
        np.abs(limit, out=limit)
        limit *= np.float32(settings.light_share)
        self._band.width(scratch)
        scratch *= np.float32(settings.noise_share)
        np.minimum(scratch, np.float32(settings.noise_at_most), out=scratch)
        limit += scratch
        limit += np.float32(settings.least_contrast)
        is_out = self._band.excess(detail) > limit
        return np.multiply(is_out.view(np.uint8), np.uint8(255)) & self._visible

    def _learn(
        self,
        small: Plane,
        detail: Plane,
        level: Plane,
        passing: Plane,
        step_s: float,
        time_s: float,
        held: Sequence[Region],
    ) -> None:
        assert self._band is not None
        haste = max(1.0, self._settings.haste * (1.0 - (time_s - self._began_s) / self._settings.settle_s))
        if cv2.countNonZero(passing) and len(self._past) > 1:
            detail = np.where(passing, self._past[-2].detail, detail)
        self._band.learn(detail, step_s, held, haste)
        share = 1.0 - math.exp(-step_s * haste / self._settings.level_memory_s)
        cv2.accumulateWeighted(level, self._light_level, share)
        self._usual.learn(small, step_s * haste, held)

    def _is_other_scene(self, raw: Plane, detail: Plane) -> bool:
        """Whether much changed at once, or what changed is mostly light."""
        share = cv2.countNonZero(raw) / self._visible_px
        before, self._share_before = self._share_before, share
        if share < self._settings.veto_share:
            return False
        if share - before > self._settings.sudden_share:
            return True
        light = self._light(detail, (slice(0, raw.shape[0]), slice(0, raw.shape[1])))
        return cv2.countNonZero(raw & light) > self._settings.veto_light_share * cv2.countNonZero(raw)

    def _lasting(self, raw: Plane, passing: Plane, step_s: float) -> Plane:
        """What was there in the look before too: drops, flakes and fast insects are in another place in each."""
        self._raw_before = raw
        lasting = raw & ~passing
        if step_s > self._settings.slow_rate_s:  # people move by their own width from look to look: take what is large
            side = self._settings.large_px
            large = cv2.morphologyEx(raw, cv2.MORPH_OPEN, np.ones((side, side), np.uint8))
            lasting |= np.asarray(large, np.uint8)
        return lasting

    def _drop_light(self, mask: Plane, detail: Plane) -> None:
        """Clear from the mask what only got brighter or darker."""
        x, y, width, height = cv2.boundingRect(mask)
        if not width:
            return
        margin = self._settings.light_window_px
        region = (slice(max(0, y - margin), y + height + margin), slice(max(0, x - margin), x + width + margin))
        mask[region] &= ~self._light(detail, region)

    def _light(self, detail: Plane, region: Region) -> Plane:
        assert self._band is not None
        usual = np.clip(self._band.middle(region), 0, 255).astype(np.uint8)
        return light_mask(detail[region], usual, self._settings)

    def _stirred(self, detail: Plane, time_s: float) -> Plane:
        self._past.append(_Past(time_s, detail))
        while len(self._past) > 1 and self._past[1].time_s <= time_s - _STIR_S:
            self._past.popleft()
        difference = cv2.absdiff(detail, self._past[0].detail)
        return np.asarray(cv2.threshold(difference, _STIR_LEVELS, 255, cv2.THRESH_BINARY)[1], np.uint8)
