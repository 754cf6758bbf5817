"""The courier: the only code of Stoop's that calls anybody, and only where the owner opened a hole.

To add an integration: a struct in camera/contract/holes.py, one module here, one line in `COURIERS`, a test, and a
section on the app's page of ways out.
"""

from camera.contract import HoleKind

COURIERS: dict[HoleKind, str] = {
    "mirror": "server.courier.mirror:start",
    "mqtt": "server.courier.mqtt:start",
    "ntfy": "server.courier.ntfy:start",
    "push": "server.courier.push:start",
    "webhook": "server.courier.webhook:start",
}
"""Kind to `module:function`, imported when such a hole is open."""
