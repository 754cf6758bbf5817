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
    memory_s: float = 30.0
    """How long the background model remembers."""
    variance_threshold: float = 24.0
    """Squared standard deviations by which a pixel must leave its background (Zivkovic 2004: 16)."""
    held_difference: int = 22
    """Grey levels by which a pixel differs from the background that was kept behind a visitor."""
    light_window_px: int = 11
    light_correlation: float = 0.75
    """A patch that looks like its background but for brightness (correlation above this) is light, not a thing."""
    light_texture: float = 4.0
    """Standard deviation in grey levels above which a patch has texture to compare."""
    veto_share: float = 0.45
    """Foreground over this share of the visible area, and enough of it light: the picture is a light change."""
    veto_light_share: float = 0.4
    veto_s: float = 0.7
    busy_memory_s: float = 12.0
    busy_share: float = 0.30
    """A cell that is in motion for this share of the time is foliage, a flag, a screen."""
    min_blob_px: int = 60
    min_age_s: float = 0.5
    min_seen_share: float = 0.6
    min_shift_px: float = 10.0
    min_shift_of_size: float = 0.35
    """A thing must get this share of its own smaller side away from where it began."""
    min_straightness: float = 0.35
    min_stir_share: float = 0.15
    """On the average so much of a thing changed within the last second; the edge of a cloud's shadow creeps."""
    same_area_ratio: float = 1.9
    """A patch that grows or shrinks by more from look to look is another one: swinging things fall apart and join."""
    reach_px_per_s: float = 195.0
    """A blob farther than this from a track is another thing."""
    lost_after_s: float = 0.5
    alive_share: float = 0.03
    still_after_s: float = 6.0
    """A held thing of which less than `alive_share` stirs for so long is a thing left behind, or a ghost: let it go."""
    held_at_most_s: float = 30.0
