"""The table of causes: what is composed for each of them, with and without somebody there."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from stoop.scenes import light, unrest, visits, weather
from stoop.scenes.backgrounds import BACKGROUNDS, Background
from stoop.scenes.canvas import Layer
from stoop.scenes.people import Person
from stoop.scenes.scene import ComposedScene

_FPS = (15.0, 10.0, 7.5, 30.0, 5.0)


@dataclass(slots=True)
class Parts:
    """What a cause adds: unrest behind the people, the people, light on all of it, weather before it, the sensor."""

    behind: list[Layer] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    before: list[Layer] = field(default_factory=list)
    noise: float = 2.0
    smear: float = 0.0
    duration_s: float = 36.0


Cause = Callable[[Background, np.random.Generator], Parts]


def _come(at_least_s: float, chance: np.random.Generator) -> float:
    return float(at_least_s + chance.uniform(0, 2))


def calm(ground: Background, chance: np.random.Generator) -> Parts:
    return Parts(people=[visits.to_the_door(ground, chance, _come(8, chance))], duration_s=28)


def near_pass(ground: Background, chance: np.random.Generator) -> Parts:
    return Parts(people=[visits.passes(ground, chance, _come(9, chance), chance.uniform(0.55, 0.9))], duration_s=18)


def far_pass(ground: Background, chance: np.random.Generator) -> Parts:
    return Parts(people=[visits.passes(ground, chance, _come(9, chance), chance.uniform(0.13, 0.22))], duration_s=40)


def hurried(ground: Background, chance: np.random.Generator) -> Parts:
    return Parts(people=[visits.passes(ground, chance, _come(9, chance), chance.uniform(0.5, 0.8), 1.6)], duration_s=16)


def straight(ground: Background, chance: np.random.Generator) -> Parts:
    return Parts(people=[visits.straight_at_the_lens(ground, chance, _come(8, chance))], duration_s=30)


def stands(ground: Background, chance: np.random.Generator) -> Parts:
    return Parts(people=[visits.to_the_door(ground, chance, _come(7, chance), 20)], duration_s=42)


def two(ground: Background, chance: np.random.Generator) -> Parts:
    first, second = _come(7, chance), _come(9, chance)
    return Parts(
        people=[visits.to_the_door(ground, chance, first, 6), visits.to_the_door(ground, chance, second, 9)],
        duration_s=34,
    )


def drizzle(ground: Background, chance: np.random.Generator) -> Parts:
    fall = weather.rain(chance, int(chance.integers(90, 180)), chance.uniform(8, 14), chance.uniform(35, 70))
    return Parts(people=[visits.to_the_door(ground, chance, _come(18, chance))], before=[fall])


def downpour(ground: Background, chance: np.random.Generator) -> Parts:
    fall = weather.rain(chance, int(chance.integers(260, 420)), chance.uniform(16, 30), chance.uniform(50, 110))
    return Parts(people=[visits.to_the_door(ground, chance, _come(18, chance))], before=[fall], noise=4)


def snow(ground: Background, chance: np.random.Generator) -> Parts:
    fall = weather.snow(chance, int(chance.integers(120, 300)), chance.uniform(0.0, 0.6), 235)
    return Parts(people=[visits.to_the_door(ground, chance, _come(18, chance))], before=[fall])


def night_snow(ground: Background, chance: np.random.Generator) -> Parts:
    dim = light.night(falloff=bool(chance.random() < 0.7))
    fall = weather.snow(chance, int(chance.integers(60, 180)), chance.uniform(0.4, 1.0), 240)
    person = visits.to_the_door(ground, chance, _come(18, chance))
    return Parts(people=[person], before=[dim, fall], noise=5, smear=0.8)


def insects(ground: Background, chance: np.random.Generator) -> Parts:
    dim = light.night(falloff=True)
    fly = weather.insects(chance, chance.uniform(25, 80), 40, 235)
    person = visits.to_the_door(ground, chance, _come(20, chance))
    return Parts(people=[person], before=[dim, fly], noise=5, smear=0.8)


def webs(ground: Background, chance: np.random.Generator) -> Parts:
    dim = light.night(falloff=True)
    hang = weather.web(chance, chance.uniform(60, 140), chance.uniform(3, 14))
    person = visits.to_the_door(ground, chance, _come(20, chance))
    return Parts(people=[person], before=[dim, hang], noise=5, smear=0.8)


def headlights(ground: Background, chance: np.random.Generator) -> Parts:
    dim = light.night(falloff=bool(chance.random() < 0.4))
    sweeps = [float(s) for s in (chance.uniform(4, 7), chance.uniform(9, 12), chance.uniform(14, 17), 33.0)]
    beam = light.headlights(chance, sweeps, chance.uniform(0.6, 3.0), is_sharp=bool(chance.random() < 0.4))
    return Parts(people=[visits.to_the_door(ground, chance, _come(21, chance))], before=[dim, beam], noise=5, smear=0.8)


def clouds(ground: Background, chance: np.random.Generator) -> Parts:
    drift = light.clouds(chance, chance.uniform(0.25, 0.5), chance.uniform(25, 140), chance.uniform(15, 90))
    return Parts(people=[visits.to_the_door(ground, chance, _come(20, chance))], before=[drift])


def gusts(ground: Background, chance: np.random.Generator) -> Parts:
    sway = unrest.gusts(chance, ground.leaves, chance.uniform(2.5, 8))
    return Parts(behind=[sway], people=[visits.to_the_door(ground, chance, _come(20, chance))])


def late_gusts(ground: Background, chance: np.random.Generator) -> Parts:
    sway = unrest.gusts(chance, ground.leaves, chance.uniform(3, 9), float(chance.uniform(6, 12)))
    return Parts(behind=[sway], people=[visits.to_the_door(ground, chance, _come(22, chance))])


def pendulum(ground: Background, chance: np.random.Generator) -> Parts:
    hang = unrest.pendulum(chance, chance.uniform(8, 45), float(chance.uniform(0, 10)))
    return Parts(behind=[hang], people=[visits.to_the_door(ground, chance, _come(22, chance))])


def exposure(ground: Background, chance: np.random.Generator) -> Parts:
    gains = [float(g) for g in chance.uniform(0.6, 1.6, 3)]
    steps = [(5.0, gains[0], 0.1), (10.0, gains[1] / gains[0], 0.7), (15.0, gains[2] / gains[1], 2.0)]
    return Parts(people=[visits.to_the_door(ground, chance, _come(20, chance))], before=[light.exposure(steps)])


def lamp(ground: Background, chance: np.random.Generator) -> Parts:
    dim = light.night(falloff=False)
    shine = light.lamp(chance, [6.0, 11.0, 15.5, 16.0], chance.uniform(0.8, 3.0))
    return Parts(people=[visits.to_the_door(ground, chance, _come(21, chance))], before=[dim, shine], noise=4)


def infrared(ground: Background, chance: np.random.Generator) -> Parts:
    switch = light.infrared(chance, float(chance.uniform(8, 12)))
    return Parts(people=[visits.to_the_door(ground, chance, _come(21, chance))], before=[switch], noise=4, smear=0.7)


def grain(ground: Background, chance: np.random.Generator) -> Parts:
    dim = light.night(falloff=False)
    person = visits.to_the_door(ground, chance, _come(15, chance))
    return Parts(people=[person], before=[dim], noise=chance.uniform(7, 14), smear=chance.uniform(0, 1.2))


def trembling(ground: Background, chance: np.random.Generator) -> Parts:
    move = unrest.shake(chance, chance.uniform(0.5, 1.2), is_steady=bool(chance.random() < 0.3))
    return Parts(people=[visits.to_the_door(ground, chance, _come(18, chance))], before=[move], noise=4)


def passer_in_the_wind(ground: Background, chance: np.random.Generator) -> Parts:
    sway = unrest.gusts(chance, ground.leaves, chance.uniform(3, 8))
    return Parts(behind=[sway], people=[visits.passes(ground, chance, _come(18, chance), chance.uniform(0.3, 0.5))])


def storm(ground: Background, chance: np.random.Generator) -> Parts:
    sway = unrest.gusts(chance, ground.leaves, chance.uniform(3, 7))
    fall = weather.rain(chance, 220, 18, 60)
    drift = light.clouds(chance, 0.3, 60, 50)
    move = unrest.shake(chance, 0.6)
    person = visits.to_the_door(ground, chance, _come(20, chance))
    return Parts(behind=[sway], people=[person], before=[drift, fall, move], noise=4)


CAUSES: dict[str, Cause] = {
    "calm": calm,
    "near-pass": near_pass,
    "far-pass": far_pass,
    "hurried": hurried,
    "straight": straight,
    "stands": stands,
    "two": two,
    "drizzle": drizzle,
    "downpour": downpour,
    "snow": snow,
    "night-snow": night_snow,
    "insects": insects,
    "webs": webs,
    "headlights": headlights,
    "clouds": clouds,
    "gusts": gusts,
    "late-gusts": late_gusts,
    "pendulum": pendulum,
    "exposure": exposure,
    "lamp": lamp,
    "infrared": infrared,
    "grain": grain,
    "trembling": trembling,
    "passer-in-the-wind": passer_in_the_wind,
    "storm": storm,
}
"""Name to what composes it. Order and seeds are part of the data: a change of either is another set."""


def compose(name: str, seed: int, fps: float | None = None, ground: Background | None = None) -> ComposedScene:
    """The scene of this name and seed; `fps` and `ground` are chosen by the seed unless given. Deterministic."""
    chance = np.random.default_rng([seed, zlib.crc32(name.encode())])
    kinds = list(BACKGROUNDS)
    drawn = BACKGROUNDS[kinds[(seed + zlib.crc32(name.encode())) % len(kinds)]](chance)
    ground = ground or drawn
    parts = CAUSES[name](ground, chance)
    layers: list[Layer] = [
        *parts.behind,
        *parts.people,
        *parts.before,
        unrest.sensor_noise(chance, parts.noise, parts.smear),
    ]
    return ComposedScene(
        name,
        seed,
        ground.luma,
        tuple(layers),
        tuple(parts.people),
        parts.duration_s,
        fps or _FPS[(seed // 4) % len(_FPS)],
    )
