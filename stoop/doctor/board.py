"""The board: memory, heat, power and radio, from the kernel's own files."""

from __future__ import annotations

from stoop.doctor.sight import Patient, Sight, broken, good, unknown, watch

_HOT_C, _TOO_HOT_C = 70.0, 80.0
_LOW_BIT, _THROTTLED_BIT, _WAS_LOW_BIT, _WAS_THROTTLED_BIT = 0, 2, 16, 18
"""Of the firmware's get_throttled."""
_WEAK_DBM, _LOST_DBM = -67, -78
_LEAST_MEMORY_MB = 60


def memory(patient: Patient) -> Sight:
    """And whether some of it can reach the card."""
    text = patient.text("/proc/meminfo") or ""
    numbers = {line.split(":")[0]: int(line.split()[1]) // 1024 for line in text.splitlines() if len(line.split()) > 1}
    swaps = [line.split()[0] for line in (patient.text("/proc/swaps") or "").splitlines()[1:] if line]
    on_card = [name for name in swaps if "zram" not in name]
    if "MemAvailable" not in numbers:
        return unknown("the kernel does not say how much memory is left")
    said = f"{numbers['MemAvailable']} of {numbers['MemTotal']} MB left"
    if on_card:
        return watch(
            f"{said}; memory is written to the card ({', '.join(on_card)})", "run install.sh again: it ends that"
        )
    if numbers["MemAvailable"] < _LEAST_MEMORY_MB:
        return watch(said, "set a smaller picture in the settings file (camera.width_px)")
    return good(said)


def heat(patient: Patient) -> Sight:
    found = [
        int(text) / 1000
        for text in patient.texts("/sys/class/thermal/thermal_zone*/temp")
        if text.lstrip("-").isdecimal()
    ]
    if not found:
        return unknown("this machine does not say how hot it is")
    hottest = max(found)
    mend = "give it a heat sink or air, and keep the sun off"
    if hottest >= _TOO_HOT_C:
        return broken(f"{hottest:.0f} °C: it slows down to save itself", mend)
    return watch(f"{hottest:.0f} °C", mend) if hottest >= _HOT_C else good(f"{hottest:.0f} °C")


def power(patient: Patient) -> Sight:
    """What the Pi's firmware says of its supply."""
    text = patient.text("/sys/devices/platform/soc/soc:firmware/get_throttled")
    said = patient.ask(["vcgencmd", "get_throttled"]) if text is None else text
    if not said:
        return unknown("this machine does not say how good its power is")
    bits = int(said.strip().removeprefix("throttled=").removeprefix("0x"), 16)
    mend = "take the supply that belongs to this Pi, and a short cable"
    if bits & (1 << _LOW_BIT | 1 << _THROTTLED_BIT):
        return broken("the voltage is too low right now: the Pi slows down, and cards break of it", mend)
    if bits & (1 << _WAS_LOW_BIT | 1 << _WAS_THROTTLED_BIT):
        return watch("the voltage was too low at times since the start", mend)
    return good("the supply has been good since the start")


def wifi(patient: Patient) -> Sight:
    lines = [line.split() for line in (patient.text("/proc/net/wireless") or "").splitlines()[2:]]
    if not lines:
        return good("no Wi-Fi in use: by cable, or none at all")
    name, level = lines[0][0].rstrip(":"), float(lines[0][3].rstrip("."))
    mend = "move the router or the doorbell, add a repeater, or lay a cable"
    if level <= _LOST_DBM:
        return broken(f"{name} hears the router at {level:.0f} dBm: the picture will break off", mend)
    if level <= _WEAK_DBM:
        return watch(f"{name} hears the router at {level:.0f} dBm, which is weak", mend)
    return good(f"{name} hears the router at {level:.0f} dBm")
