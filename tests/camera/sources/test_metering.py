"""What the exposure of a Pi 5 goes by: whole visible zones, so that hidden light changes nothing that it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from camera.frame import PictureSize
from camera.mask import MaskError, parse_mask
from camera.sources import SourceError, SourceOptions, open_source
from camera.sources.metering import MOST_WEIGHT, ZONES, Meter, Rectangle, tuned, zone_weights
from camera.visible_area import visible_pixels
from tests.camera.sources.fake_picamera2 import FakePicamera2, plug_in

WHOLE: Rectangle = (0, 0, 4608, 2592)
SENSOR: Rectangle = (0, 0, 4056, 3040)
MIDDLE: Rectangle = (0, 379, 4056, 2282)
"""16:9 out of the middle of a 4:3 sensor."""
GRID = (ZONES, ZONES)


def seen(text: str) -> npt.NDArray[np.bool_]:
    mask = parse_mask(text.encode())
    return visible_pixels(mask.allow, mask.hide, PictureSize(480, 270))


def box(left: float, top: float, right: float, bottom: float) -> str:
    return f'{{"allow":[[[{left},{top}],[{right},{top}],[{right},{bottom}],[{left},{bottom}]]]}}'


def weights(text: str, crop: Rectangle = WHOLE, whole: Rectangle = WHOLE) -> npt.NDArray[np.int64]:
    return np.array(zone_weights(seen(text), crop, whole)).reshape(GRID)


def test_a_picture_that_is_all_visible_counts_all_over() -> None:
    assert (weights(box(0, 0, 1, 1)) == MOST_WEIGHT).all()


def test_what_is_hidden_does_not_count() -> None:
    found = weights(box(0, 0, 0.5, 1))
    assert (found[:, :6] == MOST_WEIGHT).all()
    assert (found[:, 7:] == 0).all()


def test_outside_of_the_picture_nothing_counts() -> None:
    """The sensor sees above and below what becomes the picture."""
    found = weights(box(0, 0, 1, 1), MIDDLE, SENSOR)
    assert (found[:2] == 0).all()
    assert (found[-2:] == 0).all()
    assert (found[4:11] == MOST_WEIGHT).all()


def test_a_stoop_smaller_than_a_zone_is_metered_where_it_is() -> None:
    found = weights(box(0.42, 0.5, 0.46, 0.53))
    assert found.max() >= 1
    rows, columns = np.nonzero(found)
    assert set(rows) <= {6, 7, 8}
    assert set(columns) <= {5, 6, 7}


def test_without_anything_visible_the_meter_still_has_something_to_count() -> None:
    assert set(zone_weights(np.zeros((27, 48), np.bool_), WHOLE, WHOLE)) == {1}


def metered(luma: npt.NDArray[np.float64], found: npt.NDArray[np.int64], whole: Rectangle) -> float:
    """As the hardware does: zones of whole even pixels, centred, each pixel by its zone's weight."""
    height, width = luma.shape
    zone_w, zone_h = (width // ZONES) & ~1, (height // ZONES) & ~1
    left, top = ((width - ZONES * zone_w) // 2) & ~1, ((height - ZONES * zone_h) // 2) & ~1
    total = count = 0.0
    for row in range(ZONES):
        for column in range(ZONES):
            y, x = top + row * zone_h, left + column * zone_w
            total += found[row, column] * float(luma[y : y + zone_h, x : x + zone_w].sum())
            count += found[row, column] * zone_w * zone_h
    return total / count


EDGES = st.builds(
    lambda zone, beside: min(max(zone / ZONES + beside, 0), 1), st.integers(0, 15), st.floats(-0.01, 0.01)
)
"""Most edges of drawings lie inside of a zone, which is easy; these lie where zones meet."""


@settings(max_examples=40, deadline=None)
@given(
    across=st.tuples(EDGES, EDGES).map(sorted), down=st.tuples(EDGES, EDGES).map(sorted),
    size=st.tuples(st.integers(640, 700), st.integers(360, 520)), seed=st.integers(0, 2**32 - 1),
    is_cropped=st.booleans(),
)  # fmt: skip
def test_hidden_light_changes_nothing_that_is_metered(
    across: list[float], down: list[float], size: tuple[int, int], seed: int, is_cropped: bool
) -> None:
    """For any stoop that holds a whole zone, and a sensor of any size, whatever lights up where it is hidden."""
    sensor_w, sensor_h = size
    crop_h = sensor_h * 3 // 4 if is_cropped else sensor_h
    whole, crop = (0, 0, sensor_w, sensor_h), (0, (sensor_h - crop_h) // 2, sensor_w, crop_h)
    text = box(across[0], down[0], across[1], down[1])
    try:
        parse_mask(text.encode())
    except MaskError:
        assume(False)  # no area
    found = weights(text, crop, whole)
    assume(found.max() == MOST_WEIGHT)
    mask = parse_mask(text.encode())
    visible = np.zeros((sensor_h, sensor_w), np.bool_)
    even = PictureSize(sensor_w & ~1, crop_h & ~1)
    visible[crop[1] : crop[1] + even.height_px, : even.width_px] = visible_pixels(mask.allow, mask.hide, even)
    visible[:, even.width_px :] = visible[:, even.width_px - 1 : even.width_px]
    visible[crop[1] + even.height_px : crop[1] + crop_h] = visible[crop[1] + even.height_px - 1]
    noise = np.random.default_rng(seed).random((sensor_h, sensor_w))
    calm, lit = np.where(visible, noise, 0.0), np.where(visible, noise, 1.0)
    assert metered(calm, found, whole) == metered(lit, found, whole)


def pisp(zones: int = ZONES * ZONES) -> dict[str, Any]:
    modes = {name: {"weights": [1] * zones} for name in ("centre-weighted", "spot", "matrix")}
    channels = [{"metering_modes": modes}, {"metering_modes": {"matrix": {"weights": [2] * zones}}}]
    return {"version": 2.0, "algorithms": [{"rpi.black_level": {}}, {"rpi.agc": {"channels": channels}}]}


def test_every_mode_of_every_channel_gets_them_and_the_rest_stays() -> None:
    theirs, ours = pisp(), tuple(range(ZONES * ZONES))
    new = tuned(theirs, ours)
    assert new is not None
    channels = new["algorithms"][1]["rpi.agc"]["channels"]
    assert [mode["weights"] for channel in channels for mode in channel["metering_modes"].values()] == [list(ours)] * 4
    assert new["algorithms"][0] == {"rpi.black_level": {}}
    assert theirs == pisp()


@pytest.mark.parametrize(
    "tuning", [pisp(15), {"version": 2.0, "algorithms": []}, {}, {"rpi.agc": {"metering_modes": {}}}],
    ids=["an earlier Pi's", "without exposure", "empty", "without modes"],
)  # fmt: skip
def test_a_meter_that_is_not_known_is_left_alone(tuning: dict[str, Any]) -> None:
    assert tuned(tuning, (1,) * (ZONES * ZONES)) is None


# --- the camera ---------------------------------------------------------------------------------------------------


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> type[FakePicamera2]:
    cameras = plug_in(monkeypatch)
    cameras.tunings["imx708.json"] = pisp()
    return cameras


def opened(meter: Meter) -> None:
    open_source("picamera:0", SourceOptions(200, 120, 15, meter=meter)).close()


def test_a_camera_is_opened_with_the_drawings_weights(cameras: type[FakePicamera2]) -> None:
    meter = Meter()
    meter.visible = seen(box(0, 0, 0.5, 1))
    opened(meter)
    asked, used = cameras.made
    assert asked.calls == ["start", "stop", "close"]
    assert used.tuning is not None
    [mode, *_] = used.tuning["algorithms"][1]["rpi.agc"]["channels"][0]["metering_modes"].values()
    assert mode["weights"] == list(zone_weights(meter.visible, WHOLE, WHOLE))
    assert meter.is_followed


def test_before_a_drawing_the_meter_stays_theirs_and_waits_for_one(cameras: type[FakePicamera2]) -> None:
    meter = Meter()
    opened(meter)
    assert [camera.tuning for camera in cameras.made] == [None]
    assert meter.is_followed


@pytest.mark.parametrize("tunings", [{}, {"imx708.json": pisp(15)}], ids=["no tuning", "an earlier Pi's"])
def test_a_camera_that_cannot_be_told_gives_pictures_all_the_same(
    cameras: type[FakePicamera2], tunings: dict[str, Any]
) -> None:
    cameras.tunings = tunings
    meter = Meter()
    meter.visible = seen(box(0, 0, 0.5, 1))
    opened(meter)
    assert [camera.tuning for camera in cameras.made] == [None]
    assert not meter.is_followed


def test_a_tuning_that_does_not_start_is_not_tried_twice(cameras: type[FakePicamera2]) -> None:
    cameras.refuses_tuning = True
    meter = Meter()
    meter.visible = seen(box(0, 0, 0.5, 1))
    with pytest.raises(SourceError):
        opened(meter)
    opened(meter)
    assert cameras.made[-1].tuning is None
    assert not meter.is_followed
