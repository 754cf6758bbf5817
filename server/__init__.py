"""The LAN face: answers browsers over HTTPS and WebRTC; it never calls out, and can open nothing that was sealed."""

import os

# Before any library looks: nothing here is to be traced to anywhere.
os.environ.setdefault("OTEL_SDK_DISABLED", "true")
