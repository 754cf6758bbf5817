"""What Home Assistant is told by MQTT discovery: three entities of one device; pure values, no I/O.

Formats: Home Assistant's documentation of MQTT discovery, `event` and `binary_sensor`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from server.version import VERSION


@dataclass(frozen=True, slots=True)
class Topics:
    """Where each thing is said; `tag` tells this camera from others of the house and nothing else."""

    tag: str

    @property
    def availability(self) -> str:
        return f"stoop/{self.tag}/availability"

    @property
    def doorbell(self) -> str:
        return f"stoop/{self.tag}/doorbell"

    @property
    def motion(self) -> str:
        return f"stoop/{self.tag}/motion"

    @property
    def watching(self) -> str:
        return f"stoop/{self.tag}/watching"


def discovery(topics: Topics) -> dict[str, str]:
    """Retained configuration by topic: a doorbell event, motion, and whether the camera watches (to read only)."""
    node = f"stoop_{topics.tag}"
    common: dict[str, Any] = {  # Any: JSON
        "availability_topic": topics.availability,
        "device": {
            "identifiers": [node],
            "name": "Stoop doorbell",
            "manufacturer": "Stoop",
            "model": "Doorbell camera",
            "sw_version": VERSION,
        },
        "origin": {"name": "Stoop", "sw_version": VERSION},
    }
    entities: dict[str, dict[str, Any]] = {
        f"homeassistant/event/{node}/doorbell/config": {
            "name": "Doorbell",
            "unique_id": f"{node}_doorbell",
            "state_topic": topics.doorbell,
            "device_class": "doorbell",
            "event_types": ["ring"],
        },
        f"homeassistant/binary_sensor/{node}/motion/config": {
            "name": "Motion",
            "unique_id": f"{node}_motion",
            "state_topic": topics.motion,
            "device_class": "motion",
        },
        f"homeassistant/binary_sensor/{node}/watching/config": {
            "name": "Watching",
            "unique_id": f"{node}_watching",
            "state_topic": topics.watching,
            "entity_category": "diagnostic",
        },
    }
    return {topic: json.dumps({**entity, **common}) for topic, entity in entities.items()}


RING = json.dumps({"event_type": "ring"})


def on_off(is_on: bool) -> str:
    return "ON" if is_on else "OFF"


def online(is_online: bool) -> str:
    return "online" if is_online else "offline"
