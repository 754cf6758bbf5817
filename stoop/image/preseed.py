"""Reads `rpi-preseed.toml`, which Raspberry Pi Imager (2.0.11 and newer) writes; takes Wi-Fi from it and nothing else.

The format is Imager's `init_format` "rpi-preseed". Whatever else its pages asked for (a login, SSH, a host name) has no
place on this image and is named, not taken.
"""

from __future__ import annotations

import re
import tomllib
import uuid
from dataclasses import dataclass, field

from stoop.image.errors import CardError

CONNECTION = "stoop-wifi"
MAX_SSID_BYTES = 32
_NAMESPACE = uuid.UUID("6b1f7b57-2f0e-4c53-9a8e-57a3d2f0c1aa")
_PMK = re.compile(r"[0-9a-fA-F]{64}")
_PASSPHRASE = re.compile(r"[ -~]{8,63}")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Wifi:
    """One network. `secret` is a passphrase, a 64-digit key, or None for an open one."""

    ssid: bytes
    secret: str | None = field(repr=False)
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class Preseed:
    """`country` is the two letters of the radio rules in force there; `not_taken` are the sections that were left."""

    wifi: Wifi | None
    country: str | None
    not_taken: tuple[str, ...]


def read(data: bytes) -> Preseed:
    """Raises CardError for what is no such file, and for a network that cannot be joined."""
    try:
        content = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CardError(f"rpi-preseed.toml cannot be read ({error}): let Raspberry Pi Imager write it anew") from error
    wlan = content.get("wlan", {})
    if not isinstance(wlan, dict):
        raise CardError("rpi-preseed.toml: wlan is no section: write [wlan] and its lines below")
    country = wlan.get("country")
    if country is not None and not (isinstance(country, str) and _COUNTRY.fullmatch(country)):
        raise CardError(f"rpi-preseed.toml: country {country!r} is not two capital letters, such as GB")
    others = tuple(sorted(name for name in content if name not in ("wlan", "config_version")))
    return Preseed(_wifi(wlan) if wlan.keys() & {"ssid", "ssid_hex"} else None, country, others)


def _wifi(wlan: dict[str, object]) -> Wifi:
    ssid = _ssid(wlan)
    if not 1 <= len(ssid) <= MAX_SSID_BYTES:
        raise CardError(
            f"rpi-preseed.toml: the network's name has {len(ssid)} bytes, 1 to {MAX_SSID_BYTES} are allowed"
        )
    secret, hidden = wlan.get("password"), wlan.get("hidden", False)
    if secret is not None and not (
        isinstance(secret, str) and (_PMK.fullmatch(secret) or _PASSPHRASE.fullmatch(secret))
    ):
        raise CardError("rpi-preseed.toml: the Wi-Fi password has to have 8 to 63 plain characters: write it anew")
    if not isinstance(hidden, bool):
        raise CardError(f"rpi-preseed.toml: hidden is {hidden!r}: write true or false")
    return Wifi(ssid, secret, hidden)


def _ssid(wlan: dict[str, object]) -> bytes:
    name, digits = wlan.get("ssid"), wlan.get("ssid_hex")
    if isinstance(name, str):
        return name.encode()
    try:
        if isinstance(digits, str):
            return bytes.fromhex(digits)
    except ValueError:
        pass
    raise CardError('rpi-preseed.toml: the network\'s name is no text: write ssid = "NAME"')


def keyfile(wifi: Wifi) -> str:
    """NetworkManager's connection file (nm-settings-keyfile(5)); the name as bytes, so that any can be written."""
    lines = [
        "[connection]",
        f"id={CONNECTION}",
        f"uuid={uuid.uuid5(_NAMESPACE, wifi.ssid.hex())}",
        "type=wifi",
        "autoconnect-retries=0",
        "",
        "[wifi]",
        "mode=infrastructure",
        f"ssid={''.join(f'{byte};' for byte in wifi.ssid)}",
        f"hidden={'true' if wifi.is_hidden else 'false'}",
        "powersave=2",
        "",
    ]
    if wifi.secret is not None:
        lines += ["[wifi-security]", "key-mgmt=wpa-psk", f"psk={_value(wifi.secret)}", ""]
    lines += ["[ipv4]", "method=auto", "", "[ipv6]", "method=auto", ""]
    return "\n".join(lines)


def _value(text: str) -> str:
    """As GKeyFile reads a string back: blanks at the edges and backslashes escaped."""
    text = text.replace("\\", "\\\\")
    inner = text.strip(" ")
    before, after = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    return "\\s" * before + inner + "\\s" * after if inner else "\\s" * len(text)
