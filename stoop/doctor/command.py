"""`stoop doctor` on a terminal: runs every look, and says what is wrong with its mend."""

from __future__ import annotations

import importlib
import json
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from camera.errors import SettingsError
from camera.settings import read_settings
from stoop.doctor import LOOKS
from stoop.doctor.sight import Patient, Sight, State, broken
from stoop.prove.installation import Installation
from stoop.prove.processes import all_running, find_running
from stoop.terminal import new_console

INSTALLED_DATA, INSTALLED_CONFIG = Path("/var/lib/stoop"), Path("/etc/stoop/stoop.toml")
_MARKS: dict[State, str] = {
    "good": "[green]✓[/green]",
    "watch": "[yellow]![/yellow]",
    "broken": "[bold red]✗[/bold red]",
    "unknown": "\N{EN DASH}",
}


def doctor(data: Path | None, config: Path | None, source: str | None, *, as_json: bool) -> int:
    """Exit code 0 when nothing is broken, 1 when something is, 2 when the settings cannot be read."""
    try:
        patient = find_patient(data, config, source)
    except SettingsError as error:
        print(f"stoop: {error}", file=sys.stderr)
        return 2
    console, found = new_console(highlight=False), {}
    for name, sight in run_looks(patient):
        found[name] = sight
        if not as_json:
            show(console, name, sight)
    if as_json:
        print(json.dumps({name: asdict(sight) for name, sight in found.items()}, ensure_ascii=False))
    else:
        console.print(f"\n{summary(list(found.values()))}")
    return 1 if any(sight.state == "broken" for sight in found.values()) else 0


def find_patient(data: Path | None, config: Path | None, source: str | None) -> Patient:
    """What runs here, else what is installed here, else what would run in this folder. Raises SettingsError."""
    running = [path for one in all_running("camera") if (path := one.path("data"))]
    installed = INSTALLED_DATA if INSTALLED_DATA.exists() else Path("stoop-data")
    folder = data or (running[0] if running else installed)
    camera = find_running("camera", folder)
    theirs = camera.path("config") if camera else None
    settings = read_settings(config or theirs or (INSTALLED_CONFIG if _is_readable(INSTALLED_CONFIG) else None))
    spec = source or (camera.option("source") if camera else None) or settings.source
    installation = Installation(folder, camera, find_running("server", folder), settings, spec)
    return Patient(folder, settings, spec, installation)


def run_looks(patient: Patient, looks: dict[str, str] | None = None) -> Iterator[tuple[str, Sight]]:
    """Each look as it comes; one that breaks off is a fault of ours and told as one."""
    for name, place in (LOOKS if looks is None else looks).items():
        module, _, function = place.partition(":")
        try:
            yield name, getattr(importlib.import_module(module), function)(patient)
        except Exception as error:  # outermost loop: the other looks are still to be taken
            traceback.print_exc()
            yield name, broken(f"the look itself broke off ({type(error).__name__})", "tell us, with the lines above")


def show(console: Console, name: str, sight: Sight) -> None:
    console.print(f"{_MARKS[sight.state]} {name}: ", end="")
    console.print(sight.said, markup=False, soft_wrap=True)
    if sight.mend:
        console.print(f"  \N{RIGHTWARDS ARROW} {sight.mend}", markup=False, soft_wrap=True)


def summary(sights: list[Sight]) -> str:
    counts = {state: sum(sight.state == state for sight in sights) for state in _MARKS}
    if counts["broken"]:
        return f"{counts['broken']} of {len(sights)} broken: mend these first"
    watched = f", {counts['watch']} to keep an eye on" if counts["watch"] else ""
    return f"nothing is broken{watched}; {counts['unknown']} could not be told here"


def _is_readable(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True
