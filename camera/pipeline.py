"""The whole camera on one page: mask → motion → encoder → recorder; nothing behind the mask sees an unmasked frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np

from camera.best_picture import BestPicture
from camera.contract import AccessUnit
from camera.encoder import SOFTWARE, Encoder
from camera.frame import Frame, MaskedFrame, PictureSize
from camera.mask import Mask, Masker
from camera.motion import Box, Detector, MotionReading, MotionTuning, open_detector
from camera.parcels import ParcelNews, ParcelWatch
from camera.recorder import Recorder, RecorderAction, RecorderSettings
from camera.recorder.actions import StartClip, StopReason
from camera.settings import CameraSettings
from camera.view_guard import ViewGuard

_STILL_MOVING_NS = 5_000_000_000
"""Motion is told as one event over gaps this long, as `stoop analyze` counts them."""

_UNTUNED = MotionTuning()


class PipelineSink(Protocol):
    """Where the pipeline's results go. Called on the pipeline's thread, in order."""

    def unit(self, unit: AccessUnit) -> None: ...
    def motion(self, is_active: bool) -> None: ...
    def clip(self, action: RecorderAction, mask_digest: str) -> None: ...
    def thumbnail(self, frame: MaskedFrame) -> None: ...
    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None: ...


class Pipeline:
    """One picture size, one mask at a time; a new size takes a new Pipeline.

    Without a mask, and while the guard says that this is not the view that it was drawn for, every picture is black,
    motion is not looked for and nothing is recorded. Without a guard the view is taken to be the right one.
    Not safe for several threads.
    """

    def __init__(
        self,
        size: PictureSize,
        fps: float,
        settings: CameraSettings,
        sink: PipelineSink,
        mask: Mask | None,
        guard: ViewGuard | None = None,
        tuning: MotionTuning = _UNTUNED,
        codec: str = SOFTWARE,
    ) -> None:
        self._size, self._fps, self._settings, self._sink = size, fps, settings, sink
        self._guard = guard
        self._tuning = tuning
        self.on_reading: Callable[[MotionReading, int], None] = lambda reading, captured_at_ns: None
        """Gets each picture's reading on the pipeline's thread, before anything is done about it; must be quick."""
        self._parcels: ParcelWatch | None = None
        self._parcel_area: Sequence[tuple[float, float]] | None = None
        self._on_parcel: Callable[[ParcelNews], None] = lambda news: None
        self._encoder = Encoder(size, fps, settings.bitrate_bps, codec)
        self._best = BestPicture()
        self._is_moving = False
        self._moved_at_ns = 0
        self._records_on_motion = True
        self._is_key_due = False
        self._is_view_right = True
        self._asked: dict[Literal["press", "manual"], int] = {}
        self._begin(mask)

    @property
    def mask(self) -> Mask | None:
        return self._mask

    @property
    def visible_share(self) -> float:
        return self._masker.visible_share

    def use_mask(self, mask: Mask | None) -> None:
        """From the next frame on. The open clip ends, the pre-roll is forgotten: both are of the old mask.

        The next unit is a key picture: one that only says what changed could leave a trace of what is hidden now.
        """
        self.stop("stopped")
        self._begin(mask)
        self._is_key_due = True

    def record_on_motion(self, is_on: bool) -> None:
        self._records_on_motion = is_on
        self._recorder.set_record_on_motion(is_on)

    def use_tuning(self, tuning: MotionTuning) -> None:
        """From the next frame on; what the detector learned of the scene stays."""
        self._tuning = tuning
        self._detector.use_tuning(tuning)

    def watch_parcels(self, area: Sequence[tuple[float, float]] | None, on_news: Callable[[ParcelNews], None]) -> None:
        """From the next frame on; None watches no place. `on_news` comes on the pipeline's thread; must be quick."""
        self._parcel_area, self._on_parcel = area, on_news
        self._begin_parcels()

    def process(self, frame: Frame, *, wants_key: bool = False, minute_of_day: int | None = None) -> None:
        """Take one frame; its array belongs to the pipeline from here on.

        `minute_of_day` is what raised bars of the tuning go by, None while the clock is not to be trusted.
        """
        masked = self._guarded(self._masker.apply(frame))
        if self._sees:
            self._look_for_motion(masked, minute_of_day)
            self._look_for_parcels(masked)
        wants_key, self._is_key_due = wants_key or self._is_key_due, False
        for unit in self._encoder.encode(masked, want_key=wants_key):
            self._sink.unit(unit)
            if self._sees:
                self._act(self._recorder.on_unit(unit))

    def record_now(self, now_ns: int) -> None:
        """The owner asked for a clip. While black: from when the view is right, where that is soon enough."""
        self._asked["manual"] = now_ns
        self._record_what_was_asked()

    def press(self, now_ns: int) -> None:
        """The bell was rung; as `record_now`."""
        self._asked["press"] = now_ns
        self._record_what_was_asked()

    def begin_message(self, now_ns: int, longest_s: float) -> None:
        """A visitor leaves a message from now on; while black there is none."""
        if self._sees:
            self._act(self._recorder.on_message(now_ns, longest_s))

    def end_message(self, now_ns: int) -> None:
        self._act(self._recorder.on_message_end(now_ns))

    def stop(self, why: StopReason) -> None:
        """Close the open clip, if there is one; frames may follow. What was asked for stands after a fault only."""
        if why != "fault":
            self._asked.clear()
        self._end_clip(why)

    @property
    def _sees(self) -> bool:
        return self._mask is not None and self._is_view_right

    def _begin(self, mask: Mask | None) -> None:
        self._mask = mask
        self._masker = Masker(mask, self._size)
        if self._guard:
            self._guard.begin(mask.digest if mask else None, self._masker.visible_luma)
        self._begin_recording()

    def _guarded(self, masked: MaskedFrame) -> MaskedFrame:
        """The picture, or black in its place. What was seen before a change is never mixed with what comes after."""
        is_right = self._guard is None or self._guard.look(masked)
        if is_right != self._is_view_right:
            self._end_clip("stopped")
            self._begin_recording()
            self._is_view_right, self._is_key_due = is_right, True
            self._record_what_was_asked()
        return masked if is_right else self._masker.black(masked.captured_at_ns)

    def _end_clip(self, why: StopReason) -> None:
        self._act(self._recorder.on_stop(why))
        if self._is_moving and why != "fault":
            self._is_moving = False
            self._sink.motion(False)

    def _record_what_was_asked(self) -> None:
        """The recorder knows until when it stands: what was asked too long ago starts nothing."""
        if not self._sees:
            return
        asked, self._asked = self._asked, {}
        for cause, at_ns in asked.items():
            self._act(self._recorder.on_press(at_ns) if cause == "press" else self._recorder.on_manual(at_ns))

    def _begin_parcels(self) -> None:
        """What was seen under another drawing, or of another view, is never compared with what comes after."""
        area = self._parcel_area
        self._parcels = ParcelWatch(tuple(area), np.asarray(self._masker.visible_luma, bool)) if area else None

    def _look_for_parcels(self, masked: MaskedFrame) -> None:
        news = self._parcels.look(masked, is_moving=self._is_moving) if self._parcels else None
        if news:
            self._on_parcel(news)

    def _begin_recording(self) -> None:
        self._begin_parcels()
        self._detector: Detector = open_detector(
            self._settings.detector, self._fps, self._masker.visible_luma, self._tuning
        )
        self._recorder = Recorder(
            RecorderSettings(
                pre_roll_s=self._settings.pre_roll_s,
                post_roll_s=self._settings.post_roll_s,
                clip_cap_s=self._settings.clip_cap_s,
                record_on_motion=self._records_on_motion,
            )
        )

    def _look_for_motion(self, masked: MaskedFrame, minute_of_day: int | None) -> None:
        reading = self._detector.observe(masked, minute_of_day)
        self.on_reading(reading, masked.captured_at_ns)
        if reading.is_active:
            self._moved_at_ns = masked.captured_at_ns
        is_moving = reading.is_active or (
            self._is_moving and masked.captured_at_ns - self._moved_at_ns <= _STILL_MOVING_NS
        )
        if is_moving != self._is_moving:
            self._is_moving = is_moving
            self._sink.motion(is_moving)
        self._act(self._recorder.on_motion(reading.is_active, masked.captured_at_ns))
        if self._recorder.is_recording:
            if reading.boxes:
                self._sink.moving(masked.captured_at_ns, reading.boxes)
            if self._best.takes(masked, reading):
                self._sink.thumbnail(masked)

    def _act(self, actions: list[RecorderAction]) -> None:
        for action in actions:
            self._note_start(action)
            self._sink.clip(action, self._mask.digest if self._mask else "")

    def _note_start(self, action: RecorderAction) -> None:
        if isinstance(action, StartClip):
            self._best = BestPicture()
