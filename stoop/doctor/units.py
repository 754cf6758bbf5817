"""The units and the firewall, where Stoop runs under systemd."""

from __future__ import annotations

from stoop.doctor.sight import Patient, Sight, broken, good, unknown, watch
from stoop.prove.firewall import firewall_holds

UNITS = ("stoop-firewall.service", "stoop-camera.service", "stoop-server.socket", "stoop-server.service")
_MANY_RESTARTS = 3


def firewall(patient: Patient) -> Sight:
    """As `stoop prove` sees it."""
    finding = firewall_holds(patient.installation)
    match finding.result:
        case "proved":
            return good(f"the rules are in force; {finding.detail}")
        case "failed":
            return broken(
                finding.detail, "sudo systemctl restart stoop-firewall.service; if that fails, install.sh again"
            )
        case _:
            return unknown(finding.detail)


def units(patient: Patient) -> Sight:
    told = {unit: _properties(patient, unit) for unit in UNITS}
    if all(properties.get("LoadState") != "loaded" for properties in told.values()):
        return unknown("Stoop is not installed as a service here", "deploy/raspberry-pi/install.sh does that")
    down = [unit for unit, properties in told.items() if properties.get("ActiveState") != "active"]
    if down:
        why = f"sudo systemctl restart stoop.target; sudo journalctl -u {down[0]} says why it ended"
        return broken(f"not running: {', '.join(down)}", why)
    restarts = {unit: int(properties.get("NRestarts") or 0) for unit, properties in told.items()}
    restless = [f"{unit} ({count} times)" for unit, count in restarts.items() if count >= _MANY_RESTARTS]
    if restless:
        return watch(
            f"had to be started again: {', '.join(restless)}", "sudo journalctl -u stoop-camera -u stoop-server"
        )
    return good("all units run")


def _properties(patient: Patient, unit: str) -> dict[str, str]:
    said = patient.ask(["systemctl", "show", "--property=LoadState,ActiveState,NRestarts", unit]) or ""
    return dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
