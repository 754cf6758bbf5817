"""The figures of the motion detector, each with its unit and its reason; all in time and shares, none in pictures."""

from __future__ import annotations

from dataclasses import dataclass

LINES = 180
"""Pictures are scaled to so many lines. "px" in this package is a pixel of that small picture."""


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """One set for every scene: a figure that only helps one kind of door does not belong here."""

    period_s: float = 0.1
    """At most one picture looked at in this time; a walker at the door moves a tenth of his height meanwhile."""
    warm_up_s: float = 2.0

    detail_px: int = 41
    """Side of the window whose mean is taken off each pixel; light that changes softly over it is no detail."""
    attack_per_s: float = 0.5
    release_per_s: float = 0.04
    """How fast an edge of the band moves towards a value outside of it, and back: shares of the distance."""
    haste: float = 8.0
    settle_s: float = 2.0
    """A new scene is learned so many times faster at first, less and less until it has settled."""
    level_memory_s: float = 8.0
    least_contrast: float = 7.0
    """Grey levels by which a pixel must leave its band."""
    noise_share: float = 1.5
    noise_at_most: float = 24.0
    """And by so many widths of the band, up to so many levels."""
    light_share: float = 0.1
    """And by this share of what the level around it changed: gain changes detail too."""

    slow_rate_s: float = 0.12
    large_px: int = 13
    """When looks are farther apart than this, things so large need not overlap from look to look."""
    light_window_px: int = 11
    light_correlation: float = 0.75
    """A patch that looks like its background but for brightness (correlation above this) is light, not a thing."""
    light_texture: float = 4.0
    """Standard deviation in grey levels above which a patch has texture to compare."""
    edge_share: float = 0.3
    """A thing has an edge: somewhere near, its difference to the usual picture falls by this share within 5 px."""
    usual_memory_s: float = 12.0
    fill_contrast: float = 18.0
    fill_share: float = 0.25
    """What differs so much from the usual picture is filled in when this share of it, its rim, is found already."""
    lit_area_px: int = 300
    """Patches of at least so many px are compared with their background as a whole."""
    join_px: int = 5
    """Patches nearer to each other than about this are one thing."""
    veto_share: float = 0.45
    """Foreground over this share of the visible area, and sudden or light: this is another scene, to be learned."""
    sudden_share: float = 0.3
    veto_light_share: float = 0.4
    veto_s: float = 0.7

    busy_memory_s: float = 12.0
    busy_share: float = 0.30
    """A cell that is in motion for this share of the time is foliage, a flag, a screen."""
    busy_weight: float = 8.0
    """Half-busy places ask for a longer way: 1 + this times their share."""
    fresh_after_s: float = 15.0
    """Ground is fresh again when nothing moved on it for so long; what swings comes back to the same ground."""

    min_blob_px: int = 60
    min_age_s: float = 0.3
    min_sightings: int = 4
    min_seen_share: float = 0.6
    min_shift_px: float = 5.0
    min_shift_of_size: float = 0.25
    """A thing must get this share of its own smaller side away from where it began."""
    min_straightness: float = 0.35
    min_fresh: float = 0.8
    """And cover so many times its own area of fresh ground."""
    min_fill: float = 0.2
    """Threads of a web are long and hollow; bodies fill a good part of their box."""
    most_sizes_per_s: float = 4.0
    most_sizes_down_per_s: float = 2.0
    falls_from: float = 0.7
    large_thing_px: float = 28.0
    extra_speed_px: float = 8.0
    """Nobody runs more than so many own heights a second, flakes and insects do; and nobody comes down the picture so
    fast (by at least `falls_from` of the way across) without growing. Each `extra_speed_px` of size above
    `large_thing_px` allow one more, because what is large is no insect and no flake."""
    min_stir_share: float = 0.15
    """On the average so much of a thing changed within the last second; the edge of a cloud's shadow creeps."""
    early_caution: float = 2.0
    settled_s: float = 9.0
    """At the start all ground is fresh and nothing is known to be busy: ask for up to twice as much."""
    reach_px_per_s: float = 195.0
    reach_of_size: float = 0.9
    """A blob farther than this from a track is another thing."""
    lost_after_s: float = 0.5

    alive_share: float = 0.03
    still_after_s: float = 6.0
    """A held thing of which less than `alive_share` stirs for so long is a thing left behind, or a ghost: let it go."""
    held_at_most_s: float = 30.0
