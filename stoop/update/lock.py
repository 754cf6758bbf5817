"""The lock of one machine and Python: pip goes by the markers of the Python that runs it, not of the one asked for."""

from __future__ import annotations

import re

from packaging.markers import Marker


def lock_for(text: str, machine: str, python: str) -> str:
    """`text` without the requirements whose markers are not for Linux on `machine` with `python` (such as 3.13)."""
    environment = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_system": "Linux",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }
    kept = []
    for requirement in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE):
        first, _, rest = requirement.partition("\n")
        name, has_marker, marker = first.partition(" ; ")
        if not has_marker:
            kept.append(requirement)
        elif Marker(marker.removesuffix("\\").strip()).evaluate(environment):
            kept.append(f"{name} \\\n{rest}")
    return "".join(kept)
