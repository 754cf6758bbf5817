"""Settings for all tests: none of them measures time, so a busy machine must not make one fail."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("stoop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stoop")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The real pages last: the session's browser keeps an event loop running, beside which no other can be started.

    Of these, files that may take longest come first: one that begins last is waited for.
    """
    in_browser = {item.path for item in items if "chromium" in getattr(item, "fixturenames", ())}
    allowed_s: dict[object, float] = {}
    for item in items:
        limit = item.get_closest_marker("timeout")
        allowed_s[item.path] = max(allowed_s.get(item.path, 0), float(limit.args[0]) if limit and limit.args else 0)

    def place(item: pytest.Item) -> tuple[bool, float, bool]:
        is_paged = item.path in in_browser
        return is_paged, -allowed_s[item.path] if is_paged else 0, "chromium" in getattr(item, "fixturenames", ())

    items.sort(key=place)
