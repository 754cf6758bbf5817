"""The camera connector of a Raspberry Pi, through the system's own picamera2: `picamera:0`.

One stream and no more: picamera2's callbacks, encoders and small second stream are not used, so that every picture
there is goes through the mask. picamera2 and libcamera come from the system (apt), never from a wheel.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from camera.frame import Frame, PictureSize, Plane, plane_views
from camera.sources.i420 import even_size
from camera.sources.metering import tuning_for
from camera.sources.source import SourceError, SourceOptions, SourceSpec

BUFFERS = 4
"""As few as run smoothly: a Zero 2 W has little memory of the kind that the sensor can write to."""
PATIENCE_S = 2.0
"""Longer than any exposure of ours. picamera2's thread can die in silence while it says that it runs."""
_FORMATS = ("YUV420", "NV12")
_CABLE = "check the ribbon cable at both ends"


class Request(Protocol):
    """A picture that still belongs to the camera; to be released soon."""

    def make_array(self, name: str) -> Plane: ...
    def get_metadata(self) -> Mapping[str, Any]: ...  # Any: libcamera's controls are of many types
    def release(self) -> None: ...


class Camera(Protocol):
    """What we use of picamera2.Picamera2."""

    camera_controls: Mapping[str, Any]  # Any: as above

    def capture_request(self, wait: bool) -> Any: ...  # Any: picamera2's Job, handed back to `wait`
    def wait(self, job: Any, timeout: float) -> Request: ...  # Any: as above
    def stop(self) -> None: ...
    def close(self) -> None: ...


def open_picamera(spec: SourceSpec, options: SourceOptions) -> PicameraSource:
    """The camera of the spec's number, 0 by default. Raises SourceError when it can't be opened.

    `rotate=180`: for one that hangs upside down. `format`: YUV420, or NV12 where a driver gives nothing else.
    """
    spec.refuse_unknown(("rotate", "format"))
    number, rotate, wanted = (
        spec.address or "0",
        spec.settings.get("rotate", "0"),
        spec.settings.get("format", "YUV420"),
    )
    if not number.isdecimal():
        raise SourceError(f"source picamera has no camera {number!r}: write its number, such as picamera:0")
    if rotate not in ("0", "180"):
        raise SourceError(f"setting rotate={rotate} of source picamera must be 0 or 180")
    if wanted not in _FORMATS:
        raise SourceError(f"setting format={wanted} of source picamera must be one of {', '.join(_FORMATS)}")
    return PicameraSource(int(number), options, is_upside_down=rotate == "180", wanted=wanted)


class PicameraSource:
    """One camera at the connector, at the rate that was asked for.

    `frames` waits PATIENCE_S for a picture and then gives up. After an unplug picamera2's own `stop` can hang for ever:
    then only the end of the process helps, which the watchdog sees to.
    """

    kind = "picamera"
    is_live = True

    def __init__(self, number: int, options: SourceOptions, *, is_upside_down: bool, wanted: str) -> None:
        self._number, self._clock = number, options.clock
        self._closed, self._lock = threading.Event(), threading.Lock()
        self._boot_offset_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        self._camera: Camera | None = None
        camera = _made(number)
        try:
            given = _configured(camera, options, is_upside_down=is_upside_down, wanted=wanted)
            tuning = tuning_for(import_module("picamera2"), camera, options.meter)
            if tuning is not None:
                # libcamera reads a tuning only where no camera is open, and says its zones only of one that is
                _let_go(camera)
                options.meter.is_possible = False  # until it has started: what does not is not tried twice
                camera = _made(number, tuning=tuning)
                given = _configured(camera, options, is_upside_down=is_upside_down, wanted=wanted)
                options.meter.is_possible = True
            self._format, size = given
            self._size = even_size(*size)
        except Exception as error:  # picamera2 raises whatever its parts raise
            _let_go(camera)
            raise SourceError(
                f"camera {number} cannot give {options.width_px}x{options.height_px} at {options.fps:g} pictures per "
                f"second ({error}): choose another size in the settings file"
            ) from error
        self._camera = camera
        self._fps = options.fps

    @property
    def size(self) -> PictureSize:
        return self._size

    @property
    def fps(self) -> float:
        return self._fps

    def frames(self) -> Iterator[Frame]:
        """See `Source`. Times are the sensor's. Raises SourceError when the camera is lost or silent."""
        camera, last_ns = self._take(), 0
        if camera is None:
            return
        try:
            while not self._closed.is_set():
                i420, at_ns = self._next(camera)
                if self._closed.is_set():
                    return
                last_ns = max(at_ns, last_ns + 1)
                yield Frame(i420, self._size, last_ns)
        finally:
            _let_go(camera)

    def close(self) -> None:
        """See `Source`. The camera is let go by the thread in `frames`, or here when that never began."""
        self._closed.set()
        camera = self._take()
        if camera is not None:
            _let_go(camera)

    def _next(self, camera: Camera) -> tuple[Plane, int]:
        try:
            request = camera.wait(camera.capture_request(wait=False), timeout=PATIENCE_S)
        except TimeoutError as error:
            raise SourceError(f"camera {self._number} gave no picture for {PATIENCE_S:g} s: {_CABLE}") from error
        except Exception as error:  # as above
            raise SourceError(f"camera {self._number} was lost ({type(error).__name__}): {_CABLE}") from error
        try:
            sensor_ns = request.get_metadata().get("SensorTimestamp")
            padded = request.make_array("main")  # a copy of ours, as wide as the camera's rows
        finally:
            request.release()
        at_ns = self._clock.monotonic_ns() if sensor_ns is None else int(sensor_ns) - self._boot_offset_ns
        try:
            return unpadded(padded, self._size, self._format), at_ns
        except ValueError as error:
            raise SourceError(
                f"camera {self._number} gave a picture of another shape ({error}): restart Stoop"
            ) from error

    def _take(self) -> Camera | None:
        with self._lock:
            camera, self._camera = self._camera, None
            return camera


def unpadded(padded: Plane, size: PictureSize, layout: str) -> Plane:
    """A new I420 array of `size` from picamera2's: rows as long as the camera's stride, chroma rows half of that.

    Raises ValueError when the array is too small for that.
    """
    width, height = size.width_px, size.height_px
    stride = padded.shape[1] if padded.ndim == 2 else 0
    if padded.dtype != np.uint8 or stride < width or stride % 2 or padded.shape[0] < height * 3 // 2:
        raise ValueError(f"{padded.shape} for {width}x{height}")
    out = np.empty((height * 3 // 2, width), np.uint8)
    luma, blue, red = plane_views(out, size)
    luma[:] = padded[:height, :width]
    chroma = padded[height : height * 3 // 2].reshape(-1)
    if layout == "NV12":
        pairs = chroma.reshape(height // 2, stride)[:, :width]
        blue[:], red[:] = pairs[:, 0::2], pairs[:, 1::2]
    else:
        blues, reds = chroma.reshape(2, height // 2, stride // 2)[:, :, : width // 2]
        blue[:], red[:] = blues, reds
    return out


def _made(number: int, **tuning: Any) -> Any:  # Any: a Picamera2, of which `_configured` uses more than Camera names
    try:
        picamera2 = import_module("picamera2")
    except ImportError as error:
        raise SourceError(
            f"picamera2 is missing here ({error}): install the Debian package python3-picamera2, and let Stoop's venv "
            "see it (--system-site-packages)"
        ) from error
    found = len(picamera2.Picamera2.global_camera_info())
    if number >= found:
        raise SourceError(
            f"camera {number} is not there, {found} found at the connector: {_CABLE}, then restart the Pi"
        )
    try:
        return picamera2.Picamera2(number, **tuning)
    except Exception as error:  # RuntimeError mostly
        raise SourceError(f"camera {number} cannot be opened ({error}): end the other program that uses it") from error


def _configured(
    camera: Any, options: SourceOptions, *, is_upside_down: bool, wanted: str
) -> tuple[str, tuple[int, int]]:  # Any: as `_made`
    """Start it; the layout and size that it really gives."""
    libcamera = import_module("libcamera")
    # frames come as fast as asked for, longer exposures at night included
    controls = {"FrameRate": options.fps} if "FrameDurationLimits" in camera.camera_controls else {}
    camera.configure(
        camera.create_video_configuration(
            main={"format": wanted, "size": (options.width_px, options.height_px)},
            lores=None,
            raw=None,
            transform=libcamera.Transform(hflip=is_upside_down, vflip=is_upside_down),
            colour_space=libcamera.ColorSpace.Smpte170m(),  # BT.601, limited range, as the encoder says of its pictures
            buffer_count=BUFFERS,
            controls=controls,
        )
    )
    given = camera.camera_configuration()["main"]
    if given["format"] not in _FORMATS:
        raise ValueError(f"it gives {given['format']}")
    camera.start()
    return str(given["format"]), (int(given["size"][0]), int(given["size"][1]))


def _let_go(camera: Camera) -> None:
    try:
        camera.stop()
    finally:
        camera.close()
