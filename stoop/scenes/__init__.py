"""Composed scenes with exact truth, wide in weather: what detectors are measured with; no picture of anybody real.

A scene is a function of its name, its seed and a time, so it can be played at any rate and comes out the same each
time. To add a cause: one function and one line in `stoop/scenes/causes.py`.
"""

from __future__ import annotations

from stoop.scenes.causes import CAUSES, compose
from stoop.scenes.scene import ComposedScene

__all__ = ["CAUSES", "ComposedScene", "compose"]
