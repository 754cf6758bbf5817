"""The video thread: hears the lens, runs the pipeline, grants the wishes of other threads between two frames."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol, assert_never

from camera.encoder_choice import EncoderChoice
from camera.frame import Frame, PictureSize
from camera.lens import Lens, LensLost, LensNews, LensOpened
from camera.load import LoadRule
from camera.mask import Mask
from camera.mask_shape import is_same_shape
from camera.motion import MotionReading, MotionTuning
from camera.pipeline import Pipeline, PipelineSink
from camera.settings import CameraSettings
from camera.sources import Source
from camera.unmasked import Looker
from camera.view_guard import ViewGuard

logger = logging.getLogger(__name__)

_TICK_S = 0.25
KEY_PAUSE_NS = 300_000_000
"""Key pictures on wish are at least this far apart: they cost the recording its sharpness."""
MOST_FAILURES, GOOD_PICTURES = 5, 150
"""So many failures without so many good pictures between them end the process; who started it starts it again."""
RESTART_PAUSE_S = 1.0


class WatchPort(Protocol):
    """Whom the video thread tells how it goes; `fault` and `notice` are one sentence, None when that is over."""

    def opened(self, news: LensOpened, visible_share: float) -> None: ...
    def delivering(self) -> None: ...
    def lost(self, fault: str) -> None: ...
    def slowed(self, notice: str | None) -> None: ...
    def tick(self) -> None: ...


class MotionPort(Protocol):
    """What the owner set about motion, the time of day that it goes by, and who is told what moves; all quick."""

    def tuning(self) -> MotionTuning: ...
    def minute_of_day(self) -> int | None: ...
    def read(self, reading: MotionReading, captured_at_ns: int) -> None: ...


class Untuned:
    """A camera that nobody has tuned and nobody looks at."""

    def tuning(self) -> MotionTuning:
        return MotionTuning()

    def minute_of_day(self) -> int | None:
        return None

    def read(self, reading: MotionReading, captured_at_ns: int) -> None: ...


class Watch:
    """Owns lens and pipeline; only `run`'s thread touches them.

    Wishes are callables that get the pipeline between two frames; those made while the source is closed are granted
    when it opens (mask and settings are taken anew then).
    """

    def __init__(
        self,
        settings: CameraSettings,
        open_source: Callable[[], Source],
        sink: PipelineSink,
        port: WatchPort,
        plate: Looker,
        guard: ViewGuard | None = None,
        motion: MotionPort | None = None,
        make_smaller: Callable[[], bool] = lambda: False,
    ) -> None:
        """`make_smaller`: lets the next lens that is opened give smaller pictures; False when it cannot."""
        self._settings, self._open_source, self._sink, self._port, self._plate = (
            settings,
            open_source,
            sink,
            port,
            plate,
        )
        self._guard = guard
        self._motion = motion or Untuned()
        self._make_smaller = make_smaller
        self._load = LoadRule(settings.fps)
        self._codecs = EncoderChoice(settings.encoder, settings.bitrate_bps)
        self._lock = threading.Lock()
        self._wishes: list[Callable[[Pipeline], None]] = []
        self._wants_key = threading.Event()
        self._wants_open = threading.Event()
        self._wished_key_at_ns: int | None = None
        self._stopping = threading.Event()
        self._is_on = True
        self._records_on_motion = True
        self._mask: Mask | None = None
        self._drawn_for: PictureSize | None = None
        self._size: PictureSize | None = None
        self._failures = 0
        self._good_pictures = 0
        self._lens: Lens | None = None
        self._pipeline: Pipeline | None = None
        self._is_delivering = False
        self.on_pipeline: Callable[[Pipeline], None] = lambda pipeline: None
        """Gets each new pipeline before its first picture, on the video thread."""

    def use_mask(self, mask: Mask | None, drawn_for: PictureSize | None) -> None:
        """No picture that comes after this call is masked by an older drawing.

        On pictures of another shape than `drawn_for` the drawing counts as none: black. None fits nothing.
        """
        with self._lock:
            self._mask, self._drawn_for = mask, drawn_for
            # before all other wishes: a clip that was wished for must not begin with what the older drawing let through
            self._wishes.insert(0, lambda pipeline: pipeline.use_mask(self._fitting_mask()))

    @property
    def is_on(self) -> bool:
        """Whether the owner wants it to watch."""
        return self._is_on

    def switch(self, *, is_on: bool, records_on_motion: bool) -> None:
        self._is_on, self._records_on_motion = is_on, records_on_motion
        self.wish(lambda pipeline: pipeline.record_on_motion(records_on_motion))

    def wish(self, what: Callable[[Pipeline], None]) -> None:
        with self._lock:
            self._wishes.append(what)

    def want_key(self) -> None:
        """A key picture soon, at most 0.3 s after the last that was wished for; wishes until then are one."""
        self._wants_key.set()

    def open_again(self) -> None:
        """The lens looks at a new drawing only when it is opened: soon, on the video thread."""
        self._wants_open.set()

    def stop(self) -> None:
        """Safe from a signal handler."""
        self._stopping.set()

    def run(self) -> None:
        """Until `stop`; leaves the clip closed and the source closed."""
        ticked_at_s = 0.0
        while not self._stopping.is_set():
            if self._is_on:
                self._next()
            else:
                self._switch_off()
                self._stopping.wait(_TICK_S)
            if time.monotonic() - ticked_at_s >= _TICK_S:
                ticked_at_s = time.monotonic()
                self._port.tick()
        if self._pipeline:
            self._pipeline.stop("stopped")
        if self._lens:
            self._lens.close()

    def _next(self) -> None:
        self._step_aside()
        if self._lens is None:
            self._lens = Lens(self._open_source, self._settings.stall_s)
        news = self._lens.next(_TICK_S)
        try:
            self._grant_wishes()  # first: a drawing that is in force already must not miss this picture
            self._hear(news)
        except Exception as error:  # the outermost loop of the video thread: fail closed, and start again
            self._fail(error)

    def _step_aside(self) -> None:
        if self._wants_open.is_set():
            self._wants_open.clear()
            self._let_go()

    def _hear(self, news: LensNews | None) -> None:
        match news:
            case None:
                pass
            case LensOpened():
                self._begin(news)
            case LensLost(why):
                self._lose(why)
            case Frame():
                self._take(news)
            case _:
                assert_never(news)

    def _fail(self, error: Exception) -> None:
        """Nothing of this picture goes out; the lens is opened anew. Raises what keeps coming back, which ends all."""
        self._failures, self._good_pictures = self._failures + 1, 0
        self._codecs.give_up_hardware()
        if self._failures > MOST_FAILURES:
            raise error
        logger.error("a picture could not be handled", exc_info=error)
        if self._lens:
            self._lens.close()
            self._lens = None
        self._lose(f"the camera failed at a picture ({type(error).__name__}): nothing is shown until it starts again")
        self._stopping.wait(RESTART_PAUSE_S)

    def _begin(self, opened: LensOpened) -> None:
        with self._lock:
            self._wishes.clear()
        if self._pipeline:
            self._pipeline.stop("fault")
        self._size = opened.size
        mask, tuning = self._fitting_mask(), self._motion.tuning()
        codec = self._codecs.choose(opened.size, opened.fps)
        self._pipeline = Pipeline(opened.size, opened.fps, self._settings, self._sink, mask, self._guard, tuning, codec)
        self._pipeline.on_reading = self._motion.read
        self._load = LoadRule(opened.fps)
        self._pipeline.record_on_motion(self._records_on_motion)
        self.on_pipeline(self._pipeline)
        self._port.opened(opened, self._pipeline.visible_share)

    def _take(self, frame: Frame) -> None:
        if self._pipeline is None:
            return
        if not self._load.takes():
            return
        begun_ns = time.monotonic_ns()
        self._plate.offer(frame)
        wants_key, minute = self._takes_key_wish(frame.captured_at_ns), self._motion.minute_of_day()
        self._pipeline.process(frame, wants_key=wants_key, minute_of_day=minute)
        if not self._is_delivering:
            self._is_delivering = True
            self._port.delivering()
        if self._load.spent(time.monotonic_ns() - begun_ns, begun_ns):
            self._lighten()
        self._good_pictures += 1
        if self._good_pictures >= GOOD_PICTURES:
            self._failures = 0

    def _lighten(self) -> None:
        """The rule has changed what is taken; where fewer pictures do not help, the lens is opened for smaller ones."""
        if self._load.is_too_small and self._make_smaller():
            self._let_go()
            self._port.slowed("this machine is too slow for pictures of this size: smaller ones are taken")
        elif self._load.is_slowed:
            self._port.slowed(
                f"this machine is too slow for every picture: {self._load.fps:.0f} a second are taken; a smaller "
                "picture would help"
            )
        else:
            self._port.slowed(None)

    def _let_go(self) -> None:
        """The lens is opened anew with the next step; a clip that is being recorded ends here."""
        if self._pipeline:
            self._pipeline.stop("fault")
            self._pipeline = None
        if self._lens:
            self._lens.close()
            self._lens = None
        self._is_delivering = False

    def _fitting_mask(self) -> Mask | None:
        with self._lock:
            mask, drawn_for = self._mask, self._drawn_for
        fits = self._size and drawn_for and is_same_shape(self._size, drawn_for)
        return mask if fits else None

    def _takes_key_wish(self, now_ns: int) -> bool:
        last_ns = self._wished_key_at_ns
        if not self._wants_key.is_set() or (last_ns is not None and 0 <= now_ns - last_ns < KEY_PAUSE_NS):
            return False
        self._wants_key.clear()
        self._wished_key_at_ns = now_ns
        return True

    def _lose(self, why: str) -> None:
        logger.warning("%s", why)
        pipeline, self._pipeline = self._pipeline, None
        if pipeline:
            pipeline.stop("fault")
        self._is_delivering = False
        self._port.lost(why)

    def _switch_off(self) -> None:
        """Real off: the source is closed, not just ignored."""
        if self._lens is None:
            return
        if self._pipeline:
            self._pipeline.stop("off")
            self._pipeline = None
        self._lens.close()
        self._lens = None
        self._is_delivering = False
        self._plate.forget()
        self._port.lost("the camera is switched off")

    def _grant_wishes(self) -> None:
        if self._pipeline is None:
            return
        with self._lock:
            wishes, self._wishes = self._wishes, []
        for wish in wishes:
            wish(self._pipeline)
