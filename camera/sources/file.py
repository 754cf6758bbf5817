"""Plays a video file as if it were the camera: `file:PATH`, `?loop=1`, `?speed=max`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from camera.frame import Frame, PictureSize
from camera.sources.i420 import even_size, to_i420
from camera.sources.pacing import Pacer
from camera.sources.source import SourceError, SourceOptions, SourceSpec


def open_file(spec: SourceSpec, options: SourceOptions) -> FileSource:
    """The file at the spec's address. Raises SourceError when it is missing or no video."""
    spec.refuse_unknown(("loop", "speed"))
    if not spec.address:
        raise SourceError("source file: names no file: write file:PATH")
    pacer = Pacer(options.clock, is_paced=not spec.is_unpaced())
    return FileSource(Path(spec.address), pacer, is_live=not spec.is_unpaced(), is_looped=spec.is_on("loop"))


class FileSource:
    """A video file, paced by its own timestamps; in a loop, times keep growing from round to round."""

    kind = "file"

    def __init__(self, path: Path, pacer: Pacer, is_live: bool, is_looped: bool) -> None:
        self._path = path
        self._pacer = pacer
        self._is_looped = is_looped
        self._is_live = is_live
        with _open(path) as container:
            self._size, self._fps = _facts(container, path)

    @property
    def size(self) -> PictureSize:
        return self._size

    @property
    def fps(self) -> float:
        return self._fps

    @property
    def is_live(self) -> bool:
        return self._is_live

    def frames(self) -> Iterator[Frame]:
        """See `Source`. Raises SourceError when a part of the file can't be decoded."""
        step_ns = round(1e9 / self._fps)
        next_ns = 0
        while True:
            began_ns = next_ns
            for picture, at_ns in self._round(step_ns):
                captured_at_ns = self._pacer.due(began_ns + at_ns)
                if captured_at_ns is None:
                    return
                yield Frame(to_i420(picture, self._size), self._size, captured_at_ns)
                next_ns = began_ns + at_ns + step_ns
            if not self._is_looped:
                return
            if next_ns == began_ns:
                raise SourceError(f"video {self._path} holds no picture: choose another file")

    def close(self) -> None:
        """See `Source`."""
        self._pacer.close()

    def _round(self, step_ns: int) -> Iterator[tuple[av.VideoFrame, int]]:
        """Each picture once, with its time from the first one; strictly growing even where the file's is not."""
        first_s: float | None = None
        last_ns = -step_ns
        try:
            with _open(self._path) as container:
                for picture in container.decode(video=0):
                    at_ns = last_ns + step_ns
                    if picture.time is not None:
                        first_s = picture.time if first_s is None else first_s
                        at_ns = max(round((picture.time - first_s) * 1e9), last_ns + 1, 0)
                    last_ns = at_ns
                    yield picture, at_ns
        except av.error.FFmpegError as error:
            after_s = max(last_ns, 0) / 1e9
            raise SourceError(
                f"video {self._path} can't be decoded after {after_s:.1f} s ({error.strerror}): choose another file"
            ) from error


def _open(path: Path) -> InputContainer:
    try:
        return av.open(str(path.resolve()), "r")
    except FileNotFoundError as error:
        raise SourceError(f"video {path} does not exist: check the path") from error
    except (PermissionError, IsADirectoryError) as error:
        raise SourceError(f"video {path} can't be read ({error.strerror}): choose a file that you may read") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceError(f"{path} is no video that can be read: choose an MP4, MKV or MOV file") from error


def _facts(container: InputContainer, path: Path) -> tuple[PictureSize, float]:
    if not container.streams.video:
        raise SourceError(f"{path} holds no video: choose a file with pictures")
    stream = container.streams.video[0]
    rate = stream.average_rate or stream.guessed_rate
    try:
        size = even_size(stream.codec_context.width, stream.codec_context.height)
    except ValueError as error:
        raise SourceError(f"video {path} is too small ({error}): choose a larger one") from error
    return size, float(rate) if rate else 15.0
