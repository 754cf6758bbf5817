"""Medians and percentiles as the benchmarks print them."""

from __future__ import annotations

import math
from collections.abc import Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; `share` is 0.0 to 1.0. Raises ValueError when there are no values."""
    if not values:
        raise ValueError("there are no values to take a percentile of")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def spread(values: Sequence[float], digits: int = 1) -> dict[str, float]:
    """Least, median, 95th percentile and most."""
    names = {"min": 0.0, "median": 0.5, "p95": 0.95, "max": 1.0}
    return {name: round(percentile(values, share), digits) for name, share in names.items()}
