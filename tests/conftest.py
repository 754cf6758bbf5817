"""Settings for all tests: none of them measures time, so a busy machine must not make one fail."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("stoop", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("stoop")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The real pages last: the session's browser keeps an event loop running, beside which no other can be started."""
    in_browser = {item.path for item in items if "chromium" in getattr(item, "fixturenames", ())}
    items.sort(key=lambda item: (item.path in in_browser, "chromium" in getattr(item, "fixturenames", ())))
