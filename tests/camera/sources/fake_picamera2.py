"""A stand-in for picamera2 0.3 and libcamera, as far as our source uses them: jobs, requests, strides.

Its names and its faults are those of the real ones: a thread that died gives jobs that never finish, `started` stays
true, `stop` can hang, a busy camera raises RuntimeError.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

Array = npt.NDArray[np.uint8]


def padded_picture(width_px: int, height_px: int, stride: int, layout: str, luma: int = 100) -> Array:
    """As make_array gives it: luma ramps, U is 90 and V 160, what pads the rows is 255."""
    out = np.full((height_px * 3 // 2, stride), 255, np.uint8)
    out[:height_px, :width_px] = luma
    out[:height_px, 0] = np.arange(height_px) % 256
    chroma = out[height_px:].reshape(-1)
    if layout == "NV12":
        pairs = chroma.reshape(height_px // 2, stride)
        pairs[:, 0:width_px:2], pairs[:, 1:width_px:2] = 90, 160
    else:
        planes = chroma.reshape(2, height_px // 2, stride // 2)
        planes[0, :, : width_px // 2], planes[1, :, : width_px // 2] = 90, 160
    return out


class FakeRequest:
    def __init__(self, camera: FakePicamera2, array: Array, metadata: dict[str, Any]) -> None:
        self._camera, self._array, self._metadata = camera, array, metadata

    def make_array(self, name: str) -> Array:
        assert name == "main"
        assert not self._camera.is_free(self), "a released request must not be read"
        return self._array.copy()

    def get_metadata(self) -> dict[str, Any]:
        return dict(self._metadata)

    def release(self) -> None:
        self._camera.held.discard(self)


class FakePicamera2:
    """`script(n)` gives the n-th picture's array and metadata, or raises; None: the thread has died."""

    cameras: ClassVar[int] = 1
    is_busy: ClassVar[bool] = False
    script: ClassVar[Callable[[FakePicamera2, int], tuple[Array, dict[str, Any]] | None]]
    made: ClassVar[list[FakePicamera2]] = []
    tunings: ClassVar[dict[str, dict[str, Any]]] = {}
    refuses_tuning: ClassVar[bool] = False
    formats: ClassVar[tuple[str, ...]] = ("YUV420", "NV12", "XBGR8888")

    @staticmethod
    def global_camera_info() -> list[dict[str, Any]]:
        return [{"Num": number, "Model": "imx708"} for number in range(FakePicamera2.cameras)]

    @staticmethod
    def load_tuning_file(name: str) -> dict[str, Any]:
        if name not in FakePicamera2.tunings:
            raise RuntimeError("Tuning file not found")
        return FakePicamera2.tunings[name]

    def __init__(self, camera_num: int = 0, tuning: dict[str, Any] | None = None) -> None:
        if tuning is not None and FakePicamera2.refuses_tuning:
            raise RuntimeError("Camera __init__ sequence did not complete.")
        self.tuning = tuning
        if FakePicamera2.is_busy:
            raise RuntimeError("Failed to acquire camera: Device or resource busy")
        whole = (0, 0, 4608, 2592)
        self.camera_controls: dict[str, Any] = {
            "FrameDurationLimits": (1, 2, None),
            "ScalerCrop": (whole, whole, whole),
        }
        self.camera_properties: dict[str, Any] = {"Model": "imx708", "ScalerCropMaximum": whole}
        self.held: set[FakeRequest] = set()
        self.config: dict[str, Any] = {}
        self.calls: list[str] = []
        self.taken = 0
        self.started = False
        FakePicamera2.made.append(self)

    def is_free(self, request: FakeRequest) -> bool:
        return request not in self.held

    def create_video_configuration(self, main: dict[str, Any], **others: Any) -> dict[str, Any]:
        if main["format"] not in self.formats:
            raise RuntimeError(f"Format {main['format']} not supported")
        return {"main": dict(main), **others}

    def configure(self, config: dict[str, Any]) -> None:
        width, height = config["main"]["size"]
        self.config = {**config, "main": {**config["main"], "size": (width, height), "stride": -(-width // 64) * 64}}

    def camera_configuration(self) -> dict[str, Any]:
        return self.config

    def start(self) -> None:
        self.started = True
        self.calls.append("start")

    def capture_request(self, wait: bool) -> Future[FakeRequest]:
        assert wait is False, "without a time limit a dead camera would hold this thread for ever"
        assert len(self.held) < self.config["buffer_count"], "every buffer is held: requests are not released"
        job: Future[FakeRequest] = Future()
        given = FakePicamera2.script(self, self.taken)
        self.taken += 1
        if given is not None:
            request = FakeRequest(self, *given)
            self.held.add(request)
            job.set_result(request)
        return job

    def wait(self, job: Future[FakeRequest], timeout: float) -> FakeRequest:
        return job.result(timeout)

    def stop(self) -> None:
        self.started = False
        self.calls.append("stop")

    def close(self) -> None:
        self.calls.append("close")


def plain_script(camera: FakePicamera2, number: int) -> tuple[Array, dict[str, Any]]:
    """A picture each 1/15 s."""
    main = camera.config["main"]
    (width, height), stride = main["size"], main["stride"]
    array = padded_picture(width, height, stride, main["format"], luma=50 + number % 100)
    return array, {"SensorTimestamp": 1_000_000_000 + number * 66_666_667, "ExposureTime": 10_000}


class FakeTransform:
    def __init__(self, *, hflip: bool = False, vflip: bool = False) -> None:
        self.flips = (hflip, vflip)


def plug_in(monkeypatch: pytest.MonkeyPatch) -> type[FakePicamera2]:
    """Put the stand-ins where the source imports the real ones from."""
    monkeypatch.setattr(FakePicamera2, "cameras", 1)
    monkeypatch.setattr(FakePicamera2, "is_busy", False)
    monkeypatch.setattr(FakePicamera2, "script", staticmethod(plain_script), raising=False)
    monkeypatch.setattr(FakePicamera2, "made", [])
    monkeypatch.setattr(FakePicamera2, "tunings", {})
    monkeypatch.setattr(FakePicamera2, "refuses_tuning", False)
    picamera2, libcamera = types.ModuleType("picamera2"), types.ModuleType("libcamera")
    vars(picamera2)["Picamera2"] = FakePicamera2
    vars(libcamera)["Transform"] = FakeTransform
    vars(libcamera)["ColorSpace"] = types.SimpleNamespace(Smpte170m=lambda: "smpte170m")
    monkeypatch.setitem(sys.modules, "picamera2", picamera2)
    monkeypatch.setitem(sys.modules, "libcamera", libcamera)
    return FakePicamera2
