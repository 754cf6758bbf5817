"""A USB camera on Linux: `v4l2:/dev/video0`."""

from __future__ import annotations

import errno
import threading
from collections.abc import Iterator

import av
import av.error
from av.container import InputContainer

from camera.clock import Clock
from camera.frame import Frame, PictureSize
from camera.sources.i420 import even_size, to_i420
from camera.sources.source import SourceError, SourceOptions, SourceSpec


def open_v4l2(spec: SourceSpec, options: SourceOptions) -> V4l2Source:
    """The camera at the spec's device, `/dev/video0` by default. Raises SourceError when it can't be opened."""
    spec.refuse_unknown(())
    return V4l2Source(spec.address or "/dev/video0", options)


class V4l2Source:
    """A camera that the kernel's V4L2 drives. It may choose another size and rate than asked for.

    After an unplug the kernel can keep `frames` waiting for ever; `close` does not wait for it.
    """

    kind = "v4l2"
    is_live = True

    def __init__(self, device: str, options: SourceOptions) -> None:
        self._clock: Clock = options.clock
        self._device = device
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._container: InputContainer | None = _open(device, options)
        stream = self._container.streams.video[0]
        self._size = even_size(stream.codec_context.width, stream.codec_context.height)
        self._fps = float(stream.average_rate or options.fps)

    @property
    def size(self) -> PictureSize:
        return self._size

    @property
    def fps(self) -> float:
        return self._fps

    def frames(self) -> Iterator[Frame]:
        """See `Source`. Raises SourceError when the camera is lost."""
        container = self._take()
        if container is None:
            return
        last_ns = 0
        try:
            with container:
                for picture in container.decode(video=0):
                    if self._closed.is_set():
                        return
                    last_ns = max(self._clock.monotonic_ns(), last_ns + 1)
                    yield Frame(to_i420(picture, self._size), self._size, last_ns)
        except av.error.FFmpegError as error:
            raise SourceError(f"camera {self._device} was lost ({error.strerror}): check its cable") from error

    def close(self) -> None:
        """See `Source`. The device is let go by the thread in `frames`, or here when that never began."""
        self._closed.set()
        container = self._take()
        if container is not None:
            container.close()

    def _take(self) -> InputContainer | None:
        with self._lock:
            container, self._container = self._container, None
            return container


def _open(device: str, options: SourceOptions) -> InputContainer:
    asked = {"video_size": f"{options.width_px}x{options.height_px}", "framerate": f"{options.fps:g}"}
    try:
        return av.open(device, "r", format="v4l2", options=asked)
    except FileNotFoundError as error:
        raise SourceError(f"camera {device} does not exist: plug it in, or name another of /dev/video*") from error
    except PermissionError as error:
        raise SourceError(f"camera {device} may not be opened: add this user to the group video") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.EBUSY:
            raise SourceError(f"camera {device} is in use: end the other program that uses it") from error
        raise SourceError(
            f"{device} is no camera that gives {options.width_px}x{options.height_px} at {options.fps:g} pictures per"
            f" second ({error}): name another of /dev/video*, or another size"
        ) from error
