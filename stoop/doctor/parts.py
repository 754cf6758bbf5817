"""Loudspeaker and button: whether the kernel knows them, and whether what was named is there."""

from __future__ import annotations

from pathlib import Path

from camera.doorbell.evdev import find_button
from stoop.doctor.sight import Patient, Sight, broken, good, unknown


def sound(patient: Patient) -> Sight:
    kind, _, address = patient.settings.camera.speaker.partition(":")
    if kind != "alsa":
        return good(f"the loudspeaker is set to {kind}")
    cards = patient.text("/proc/asound/cards")
    if cards is None or "no soundcards" in cards:
        mend = "plug a loudspeaker in; or set camera.speaker to none, and only pages ring"
        return (
            broken(f"the loudspeaker {address} is named, and there is no sound card", mend)
            if address
            else unknown(
                "this machine has no sound card: only open pages ring",
                "plug a USB loudspeaker in, if the house should ring",
            )
        )
    names = [line.split("]:")[-1].strip() for line in cards.splitlines() if "]:" in line]
    return good(f"sound cards: {', '.join(names)}")


def button(patient: Patient) -> Sight:
    kind, _, address = patient.settings.camera.button.partition(":")
    if kind != "evdev":
        return good(f"the button is set to {kind}")
    path = Path(address) if address else find_button(patient.root / "sys/class/input")
    overlay = "put dtoverlay=gpio-key,gpio=17,keycode=28 into /boot/firmware/config.txt, wire it, and restart"
    if path is None:
        return unknown("no button is wired: the bell can be tried in the app", overlay)
    if not (patient.root / str(path).lstrip("/")).exists():
        return broken(f"the button {path} is named, and is not there", overlay)
    return good(f"the button is {path}")
