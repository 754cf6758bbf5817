"""Whether this machine can encode the picture in time: by encoding some."""

from __future__ import annotations

import time

import numpy as np

from camera.encoder import Encoder, EncoderError
from camera.encoder_choice import EncoderChoice
from camera.frame import Frame, PictureSize
from camera.mask import Masker, parse_mask
from stoop.doctor.sight import Patient, Sight, broken, good, watch

_WHOLE = b'{"allow":[[[0,0],[1,0],[1,1],[0,1]]]}'
_PICTURES = 30
_MOST_SHARE = 0.5
"""Of the time between two pictures: mask, motion and the vault need the rest."""


def encoder(patient: Patient) -> Sight:
    settings = patient.settings.camera
    size = PictureSize(settings.width_px, settings.height_px)
    try:
        codec = EncoderChoice(settings.encoder, settings.bitrate_bps).choose(size, settings.fps)
        made = Encoder(size, settings.fps, settings.bitrate_bps, codec)
    except EncoderError as error:
        return broken(str(error), "run install.sh again")
    masker, chance = Masker(parse_mask(_WHOLE), size), np.random.default_rng(1)
    shape = (size.height_px * 3 // 2, size.width_px)
    picture = chance.integers(60, 190, shape, np.uint8)
    picture = (picture // 8 + np.linspace(60, 180, size.width_px).astype(np.uint8)).astype(np.uint8)
    begun_s = time.perf_counter()
    for number in range(_PICTURES):
        rolled = np.ascontiguousarray(np.roll(picture, number * 2, axis=1))
        made.encode(masker.apply(Frame(rolled, size, number * round(1e9 / settings.fps))))
    each_ms = (time.perf_counter() - begun_s) / _PICTURES * 1000
    made.flush()
    return judged(each_ms, settings.fps, made.name)


def judged(each_ms: float, fps: float, name: str) -> Sight:
    """So long a picture, with `name`, at this rate."""
    between_ms = 1000 / fps
    said = f"{name} takes {each_ms:.0f} ms a picture, {between_ms:.0f} ms lie between two"
    if each_ms > between_ms * _MOST_SHARE:
        return watch(said, "set a smaller picture or fewer pictures in the settings file (camera.width_px, camera.fps)")
    return good(said)
