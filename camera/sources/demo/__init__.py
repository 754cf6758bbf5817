"""A drawn porch with a street behind it, for trying Stoop without a camera: `demo`, `demo?seed=3&light=dusk`."""

from camera.sources.demo.script import visitor_intervals
from camera.sources.demo.source import DEFAULT_ALLOW, DemoSource, open_demo

__all__ = ["DEFAULT_ALLOW", "DemoSource", "open_demo", "visitor_intervals"]
