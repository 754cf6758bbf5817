"""The plate: who walks through it vanishes, who can't be told apart is hatched."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from camera.frame import Frame, PictureSize, plane_views
from camera.plate import MAX_SAMPLES, PlateMaker, develop, plate_size

SIZE = PictureSize(320, 192)
BOX_PX = 48
GREEN = (60, 160, 60)
BACKGROUND_LUMA = 120
SECOND_NS = 1_000_000_000


def frame_with(box_at: tuple[int, int] | None, at_s: float, seed: int, luma_shift: int = 0) -> Frame:
    """A grey slope with noise, and a bright reddish box standing for a person."""
    chance = np.random.default_rng(seed)
    i420 = np.full((SIZE.height_px * 3 // 2, SIZE.width_px), 128, np.uint8)
    luma, _, red = plane_views(i420, SIZE)
    noise = chance.normal(0, 2, luma.shape)
    luma[:] = np.clip(np.linspace(80, 160, SIZE.width_px) + noise + luma_shift, 0, 255)
    if box_at:
        x, y = box_at
        luma[y : y + BOX_PX, x : x + BOX_PX] = 220
        red[y // 2 : (y + BOX_PX) // 2, x // 2 : (x + BOX_PX) // 2] = 180
    return Frame(i420, SIZE, round(at_s * SECOND_NS))


def picture_of(maker: PlateMaker, *, is_draft: bool = False) -> npt.NDArray[np.int64]:
    bgr = cv2.imdecode(np.frombuffer(develop(maker.samples(), is_draft=is_draft), np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return bgr.astype(np.int64)


def plate_of(places: list[tuple[int, int] | None], shifts: list[int] | None = None) -> npt.NDArray[np.int64]:
    maker = PlateMaker(SIZE, duration_s=len(places) - 1, samples=len(places))
    for number, place in enumerate(places):
        maker.offer(frame_with(place, number, number, shifts[number] if shifts else 0))
    assert maker.is_done
    return picture_of(maker)


def is_hatched(part: npt.NDArray[np.int64]) -> bool:
    grey = np.ptp(part, axis=2).max() == 0
    return bool(grey and len(np.unique(part[..., 0])) == 2)


def shows_a_box(plate: npt.NDArray[np.int64]) -> bool:
    return bool(((plate[..., 2] - plate[..., 1]) > 40).any())


def test_an_empty_place_shows_as_it_is() -> None:
    plate = plate_of([None] * 20)
    assert plate.shape == (192, 320, 3)
    slope = (np.linspace(80, 160, 320) - 16) * 255 / 219
    assert np.abs(plate.mean(axis=(0, 2)) - slope).max() < 4


def test_a_passer_by_vanishes_without_a_trace() -> None:
    plate = plate_of([(n * 52 % 260, 64) if n < 6 else None for n in range(20)])
    assert np.abs(plate - plate_of([None] * 20)).max() < 12


@pytest.mark.parametrize("stays", [5, 8, 12, 16])
@pytest.mark.parametrize("comes_last", [False, True], ids=["and leaves", "and stays"])
def test_who_stands_there_part_of_the_time_is_hatched(stays: int, comes_last: bool) -> None:
    places = [(128, 64) if n < stays else None for n in range(20)]
    plate = plate_of(places[::-1] if comes_last else places)
    assert is_hatched(plate[64:112, 128:176])
    assert not shows_a_box(plate)
    assert not is_hatched(plate[0:32, 0:32])


@pytest.mark.parametrize("stays", [4, 8, 12, 14])
def test_a_visitor_who_comes_stands_and_goes_vanishes_without_a_trace(stays: int) -> None:
    plate = plate_of([(128, 64) if 3 <= n < 3 + stays else None for n in range(20)])
    assert np.abs(plate - plate_of([None] * 20)).max() < 12


def test_a_crowd_that_hides_the_ground_most_of_the_time_vanishes() -> None:
    plate = plate_of([None if n % 3 == 0 else (100 + n * 7, 64 + n * 3) for n in range(40)])
    assert not shows_a_box(plate)
    assert not is_hatched(plate[112:128, 160:176])


def test_who_is_there_at_the_start_and_at_the_end_is_not_taken_for_the_ground() -> None:
    for gap in (3, 5, 6):
        plate = plate_of([None if 10 <= n < 10 + gap else ((128, 64) if n % 4 else (132, 68)) for n in range(24)])
        assert not shows_a_box(plate), gap


def test_two_who_take_turns_at_the_same_spot_are_hatched() -> None:
    plate = plate_of([(128, 64) if n % 2 else (140, 70) for n in range(20)])
    assert is_hatched(plate[64:70, 128:176])


def test_a_change_of_light_alone_hatches_nothing() -> None:
    plate = plate_of([None] * 20, shifts=[0] * 10 + [25] * 10)
    assert not is_hatched(plate[0:32, 0:32])
    assert not is_hatched(plate[96:128, 160:192])


def test_a_cloud_over_one_half_hatches_nothing() -> None:
    maker = PlateMaker(SIZE, duration_s=19, samples=20)
    shadow = 1 - 0.2 / (1 + np.exp((np.arange(SIZE.width_px) - 160) / 20))
    for number in range(20):
        frame = frame_with(None, number, number)
        if number < 8:
            luma = plane_views(frame.i420, SIZE)[0]
            luma[:] = 16 + (luma - 16.0) * shadow
        maker.offer(frame)
    assert not is_hatched(picture_of(maker)[64:112, 16:64])


def test_a_dark_coat_without_colour_is_not_taken_for_a_shadow() -> None:
    maker = PlateMaker(SIZE, duration_s=19, samples=20)
    for number in range(20):
        frame = frame_with(None, number, number)
        if number < 14:
            luma = plane_views(frame.i420, SIZE)[0]
            luma[48:144, 128:192] = 16 + (luma[48:144, 128:192] - 16.0) * 0.55
        maker.offer(frame)
    assert is_hatched(picture_of(maker)[64:128, 144:176])


def test_samples_are_spread_over_the_duration() -> None:
    maker = PlateMaker(SIZE, duration_s=19.0, samples=20)
    for number in range(400):
        if maker.is_done:
            break
        maker.offer(frame_with(None, number / 10, 1))
    assert number == 191
    assert maker.samples().at_ns == 19 * SECOND_NS


def test_progress_grows_to_one() -> None:
    maker = PlateMaker(SIZE, duration_s=3, samples=4)
    seen = [maker.progress]
    for number in range(5):
        maker.offer(frame_with(None, number, 1))
        seen.append(maker.progress)
    assert seen == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]


def test_a_plate_of_two_samples_is_not_given() -> None:
    maker = PlateMaker(SIZE)
    for number in range(2):
        maker.offer(frame_with(None, 2 * number, 1))
    with pytest.raises(ValueError, match="2 of at least 3 samples: wait"):
        develop(maker.samples())


def test_a_maker_that_is_done_takes_no_more() -> None:
    maker = PlateMaker(SIZE, duration_s=2, samples=3)
    for number in range(3):
        maker.offer(frame_with(None, number, number))
    first = develop(maker.samples())
    maker.offer(frame_with((10, 10), 9, 9))
    assert develop(maker.samples()) == first
    assert maker.is_done


@pytest.mark.parametrize("duration_s", [2, 3, 60, 300])
def test_memory_is_bounded_whatever_the_duration(duration_s: float) -> None:
    big = PictureSize(1920, 1080)
    maker = PlateMaker(big, duration_s=duration_s)
    for number in range(3):
        maker.offer(Frame(np.zeros((1620, 1920), np.uint8), big, number * 60 * SECOND_NS))
    samples = maker.samples()
    assert samples.pictures[0].nbytes == 960 * 540 * 3 // 2
    assert maker.progress >= 3 / MAX_SAMPLES


def test_a_clock_that_went_back_begins_the_plate_anew() -> None:
    maker = PlateMaker(SIZE, duration_s=3, samples=4)
    for at_s in (100, 101, 0, 1):
        maker.offer(frame_with(None, at_s, 1))
    assert maker.progress == 0.5


def test_a_draft_comes_after_ten_seconds_of_sixty_and_not_of_three() -> None:
    long, short = PlateMaker(SIZE, duration_s=60), PlateMaker(SIZE, duration_s=3)
    had = []
    for number in range(12):
        long.offer(frame_with(None, number, 1))
        short.offer(frame_with(None, number, 1))
        had.append(long.has_draft)
    assert had == [False] * 10 + [True] * 2
    assert not short.has_draft


def test_a_draft_is_blurred_so_that_who_stood_still_has_no_face() -> None:
    maker = PlateMaker(SIZE, duration_s=60)
    for number in range(12):
        frame = frame_with(None, number, 1)
        luma = plane_views(frame.i420, SIZE)[0]
        luma[64:112, 128:176] = np.indices((48, 48)).sum(axis=0) // 4 % 2 * 100 + 60  # features of 4 px
        maker.offer(frame)
    sharp, blurred = picture_of(maker)[72:104, 136:168], picture_of(maker, is_draft=True)[72:104, 136:168]
    assert sharp.std() > 40
    assert blurred.std() < 10


@pytest.mark.parametrize(
    ("of_camera", "of_plate"), [((1280, 720), (960, 540)), ((320, 192), (320, 192)), ((1922, 1082), (960, 540))]
)
def test_a_plate_keeps_the_shape(of_camera: tuple[int, int], of_plate: tuple[int, int]) -> None:
    assert plate_size(PictureSize(*of_camera)) == PictureSize(*of_plate)


def test_the_offered_picture_is_copied() -> None:
    maker = PlateMaker(SIZE, duration_s=2, samples=3)
    for number in range(3):
        frame = frame_with(None, number, number)
        maker.offer(frame)
        frame.i420[:] = 0
    assert picture_of(maker).mean() > 80


def test_pictures_of_another_size_are_passed_over() -> None:
    maker = PlateMaker(PictureSize(64, 64))
    maker.offer(frame_with(None, 0, 1))
    assert maker.progress == 0.0


def test_a_plate_of_noise_fits_into_one_message() -> None:
    size = PictureSize(1920, 1080)
    maker = PlateMaker(size, duration_s=2, samples=3)
    for number in range(3):
        noise = np.random.default_rng(number).integers(0, 256, (1620, 1920), dtype=np.uint8)
        maker.offer(Frame(noise, size, number * SECOND_NS))
    assert len(develop(maker.samples())) < 2 * 1024 * 1024


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 3"):
        PlateMaker(SIZE, samples=2)
