"""A moved camera is noticed within two seconds; light, people and cars are none; what is hidden has no say."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camera.frame import Plane
from camera.view import ViewMemory, ViewState
from tests.camera.strategies import mask_of
from tests.camera.view.fakes import LOOKS_IN_TWO_SECONDS, SIZE, STOOP, Guarded, moved, scene

HERE = scene()


def settled() -> Guarded:
    guarded = Guarded()
    guarded.see(HERE, 12)
    assert guarded.watch.state is ViewState.CONFIRMED
    return guarded


def covered(luma: Plane, share: float) -> Plane:
    """Something large with a pattern of its own before the lens."""
    pattern = np.asarray(np.random.default_rng(5).integers(20, 230, (20, 30)), np.uint8)
    thing = luma.copy()
    right = int(SIZE.width_px * share)
    thing[:, :right] = cv2.resize(pattern, (right, SIZE.height_px), interpolation=cv2.INTER_CUBIC)
    return thing


def test_a_new_drawing_is_seen_at_once_and_settles() -> None:
    states = Guarded().see(HERE, 12)

    assert all(state.is_shown for state in states)
    assert states[0] is ViewState.UNKNOWN
    assert states[-1] is ViewState.CONFIRMED


@pytest.mark.parametrize(
    "change",
    [
        {"right_share": 0.03},
        {"right_share": -0.05},
        {"down_share": 0.03},
        {"down_share": -0.1},
        {"right_share": 0.2},
        {"turn_deg": 3.0},
        {"turn_deg": -10.0},
        {"right_share": 0.1, "turn_deg": 5.0},
    ],
    ids=str,
)
def test_a_moved_camera_is_black_within_two_seconds(change: dict[str, float]) -> None:
    guarded = settled()

    assert guarded.see(moved(HERE, **change), LOOKS_IN_TWO_SECONDS)[-1] is ViewState.MOVED


@pytest.mark.parametrize(
    "light",
    [lambda y: y // 2 + 8, lambda y: np.minimum(y * 1.4, 235), lambda y: y // 5 + 13, lambda y: 235 - y // 2],
    ids=["half", "bright", "dusk", "turned round"],
)
def test_another_light_is_no_movement(light: object) -> None:
    guarded = settled()
    lit = np.asarray(light(HERE), np.uint8)  # type: ignore[operator]  # one of the lambdas above

    assert set(guarded.see(lit, 50)) == {ViewState.CONFIRMED}


def test_noise_is_no_movement() -> None:
    guarded, random = settled(), np.random.default_rng(3)
    for _ in range(50):
        noisy = np.clip(HERE + random.normal(0, 15, HERE.shape), 0, 255).astype(np.uint8)
        assert guarded.see(noisy) == [ViewState.CONFIRMED]


def test_something_that_stays_before_two_thirds_is_no_movement() -> None:
    guarded = settled()

    assert set(guarded.see(covered(HERE, 0.66), 200)) == {ViewState.CONFIRMED}


def test_darkness_is_no_movement() -> None:
    guarded = settled()

    assert set(guarded.see(np.full_like(HERE, 18), 100)) == {ViewState.CONFIRMED}
    assert guarded.see(HERE, 3)[-1] is ViewState.CONFIRMED


def test_a_knock_that_swings_back_is_no_movement() -> None:
    guarded = settled()
    for swing in (0.03, -0.03, 0.02, -0.02):
        guarded.see(moved(HERE, right_share=swing))

    assert guarded.see(HERE, 20)[-1] is ViewState.CONFIRMED


def test_from_moved_nothing_leads_back() -> None:
    guarded = settled()
    guarded.see(moved(HERE, 0.1), LOOKS_IN_TWO_SECONDS)

    assert set(guarded.see(HERE, 100)) == {ViewState.MOVED}


def test_moved_is_remembered_over_a_restart() -> None:
    guarded = settled()
    guarded.see(moved(HERE, 0.1), LOOKS_IN_TWO_SECONDS)

    assert set(Guarded(guarded.watch.memory).see(HERE, 20)) == {ViewState.MOVED}


def test_another_scene_is_black_until_the_own_one_is_back() -> None:
    guarded = settled()

    assert not guarded.see(scene(99), LOOKS_IN_TWO_SECONDS)[-1].is_shown
    assert guarded.see(HERE, 5)[-1] is ViewState.CONFIRMED


def test_another_scene_that_stays_is_a_movement() -> None:
    guarded = settled()
    guarded.see(scene(99), LOOKS_IN_TWO_SECONDS)
    guarded.at_ns += 121_000_000_000

    assert guarded.see(scene(99), 8)[-1] is ViewState.MOVED


def test_a_start_is_black_until_the_view_is_found() -> None:
    started = Guarded(settled().watch.memory)
    states = started.see(HERE, 4)

    assert states[0] is ViewState.CHECKING
    assert states[-1] is ViewState.CONFIRMED


@pytest.mark.parametrize("seen", [moved(HERE, 0.05), moved(HERE, turn_deg=5.0), scene(99), np.full_like(HERE, 90)])
def test_a_start_before_another_view_is_never_shown(seen: Plane) -> None:
    started = Guarded(settled().watch.memory)

    assert not any(state.is_shown for state in started.see(seen, 60))


def test_a_view_of_another_shape_counts_as_moved() -> None:
    memory = settled().watch.memory
    (view,) = memory.views
    cut = ViewMemory(memory.mask, (type(view)(view.lines, view.columns - 1, view.packed),))

    assert Guarded(cut).see(HERE) == [ViewState.MOVED]


def test_a_damaged_view_counts_as_moved() -> None:
    memory = settled().watch.memory
    (view,) = memory.views
    damaged = ViewMemory(memory.mask, (type(view)(view.lines, view.columns, b"no view"),))

    assert Guarded(damaged).see(HERE) == [ViewState.MOVED]


def test_a_white_wall_stays_unknown_and_is_shown() -> None:
    assert set(Guarded().see(np.full_like(HERE, 180), 60)) == {ViewState.UNKNOWN}


def test_a_tiny_stoop_stays_unknown() -> None:
    tiny = mask_of([[(0.4, 0.4), (0.5, 0.4), (0.5, 0.5), (0.4, 0.5)]], [])

    assert set(Guarded(mask=tiny).see(HERE, 60)) == {ViewState.UNKNOWN}


def test_a_lasting_other_look_is_learned_and_found_after_a_restart() -> None:
    guarded = settled()
    guarded.see(covered(HERE, 0.5), 400)
    assert len(guarded.watch.memory.views) == 2
    assert guarded.watch.memory.views[0] == settled().watch.memory.views[0]

    started = Guarded(guarded.watch.memory)
    assert started.see(covered(HERE, 0.5), 4)[-1] is ViewState.CONFIRMED


def test_the_same_pictures_give_the_same_memory() -> None:
    assert settled().watch.memory == settled().watch.memory


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), right_share=st.sampled_from([0.0, 0.01, 0.05]))
def test_what_is_hidden_neither_trips_nor_calms(seed: int, right_share: float) -> None:
    random = np.random.default_rng(seed)
    plain, noisy = Guarded(), Guarded()
    for number in range(24):
        luma = HERE if number < 12 else moved(HERE, right_share)
        noise = np.asarray(random.integers(0, 256, luma.shape), np.uint8)
        other = np.where(noisy.masker.visible_luma, luma, noise)

        assert plain.see(luma) == noisy.see(other)
    assert plain.watch.memory == noisy.watch.memory


def test_a_hidden_street_that_moves_is_not_noticed() -> None:
    guarded = settled()
    seen = np.where(guarded.masker.visible_luma, HERE, moved(HERE, 0.1))

    assert set(guarded.see(seen, 20)) == {ViewState.CONFIRMED}


def test_the_memory_of_another_mask_size_is_not_confused() -> None:
    assert settled().watch.memory.mask == STOOP.digest
