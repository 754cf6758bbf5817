"""Lists every way out that the owner opened; today there is none to open, and the check notices when there is."""

from __future__ import annotations

from stoop.prove.finding import Finding, judged
from stoop.prove.installation import Installation
from stoop.prove.source_code import modules

CLAIM = "You have opened no way out: no notifications, no smart home, no copy elsewhere."
_KNOWN_TABLES = ("source", "camera", "server")


def holes(installation: Installation) -> Finding:
    """Each integration is a module of the courier or a table of the settings."""
    couriers = [path.name for path in modules(installation.code, "server/courier") if path.name != "__init__.py"]
    tables = [name for name in installation.settings.__struct_fields__ if name not in _KNOWN_TABLES]
    faults = [f"an integration is installed: {name}" for name in couriers]
    faults += [f"the settings have a table that may open one: {name}" for name in tables]
    return judged(
        CLAIM,
        "looked for integrations in the settings and among what is installed",
        faults,
        "the list of permitted ways out is empty: this version has no integration",
    )
