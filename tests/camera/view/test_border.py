"""The border of the mask is in every picture alike: it must say nothing about the view."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from camera.frame import Plane
from camera.view.compare import KnownPlace
from camera.view.field import FieldMaker
from tests.camera.view.fakes import Guarded, moved, scene


@pytest.mark.parametrize("grey", [16, 90, 235])
def test_a_plain_picture_behind_a_mask_has_no_structure(grey: int) -> None:
    guarded = Guarded()
    maker = FieldMaker(guarded.masker.visible_luma)
    field = maker.make(guarded.masked(np.full((180, 320), grey, np.uint8)).luma)

    assert not field.any()
    assert KnownPlace(field, maker.valid).squares == 0


def test_a_moved_scene_behind_the_same_mask_does_not_agree() -> None:
    guarded = Guarded()
    maker = FieldMaker(guarded.masker.visible_luma)
    known = KnownPlace(maker.make(guarded.masked(scene()).luma), maker.valid)

    assert known.home_share(maker.make(guarded.masked(scene()).luma)) == 1.0
    assert known.home_share(maker.make(guarded.masked(moved(scene(), 0.1)).luma)) < 0.2


def test_two_lawns_behind_the_same_mask_do_not_agree() -> None:
    """Blades all point one way, so each field alone is nearly the mask's own shape."""
    guarded = Guarded()
    maker = FieldMaker(guarded.masker.visible_luma)
    one, other = (maker.make(guarded.masked(lawn(seed)).luma) for seed in (1, 2))

    assert KnownPlace(one, maker.valid).home_share(other) < 0.1


def lawn(seed: int) -> Plane:
    random = np.random.default_rng(seed)
    blades = np.asarray(random.integers(60, 200, (12, 107)), np.uint8)
    return np.asarray(cv2.resize(blades, (320, 180), interpolation=cv2.INTER_LINEAR), np.uint8)
