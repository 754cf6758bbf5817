"""Plain point-and-line geometry on pixel squares, independent of the code that it checks."""

from __future__ import annotations

from collections.abc import Sequence

Point = tuple[float, float]


def scaled(polygon: Sequence[Point], width_px: int, height_px: int) -> list[Point]:
    return [(x * width_px, y * height_px) for x, y in polygon]


def edges(polygon: Sequence[Point]) -> list[tuple[Point, Point]]:
    return [(polygon[i - 1], polygon[i]) for i in range(len(polygon))]


def crosses_box(edge: tuple[Point, Point], left: float, top: float, right: float, bottom: float) -> bool:
    """Whether any point of the edge lies in the closed box (Liang and Barsky 1984)."""
    (x0, y0), (x1, y1) = edge
    enter, leave = 0.0, 1.0
    for delta, room in ((x0 - x1, x0 - left), (x1 - x0, right - x0), (y0 - y1, y0 - top), (y1 - y0, bottom - y0)):
        if delta == 0:
            if room < 0:
                return False
        elif delta < 0:
            enter = max(enter, room / delta)
        else:
            leave = min(leave, room / delta)
    return enter <= leave


def crossings(polygon: Sequence[Point], x: float, y: float) -> tuple[int, int]:
    """How often a ray to the left of (x, y) meets the polygon, and the winding number."""
    count = winding = 0
    for (x0, y0), (x1, y1) in edges(polygon):
        if (y0 <= y) != (y1 <= y) and x0 + (x1 - x0) * (y - y0) / (y1 - y0) < x:
            count += 1
            winding += 1 if y1 > y0 else -1
    return count, winding


def is_cut(polygon: Sequence[Point], left: float, top: float, right: float, bottom: float) -> bool:
    return any(crosses_box(edge, left, top, right, bottom) for edge in edges(polygon))
