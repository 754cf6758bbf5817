"""Wi-Fi as Imager writes it, into what NetworkManager reads; whatever else is asked for is named and not taken."""

from __future__ import annotations

import configparser
import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stoop.image.card import Card, take
from stoop.image.errors import CardError
from stoop.image.preseed import keyfile, read

FROM_IMAGER = """\
config_version = 1

[system]
hostname = "doorbell"

[user]
name = "ann"
password = "$y$j9T$abc"
password_encrypted = true
groups = ["sudo"]

[ssh]
enabled = true
password_authentication = false
authorized_keys = [
  "ssh-ed25519 KEY ann@desk",
]

[wlan]
ssid = "My\\"Weird\\\\Net"
password = "%s"
password_encrypted = true
hidden = false
country = "GB"

[locale]
keymap = "gb"
timezone = "Europe/London"
"""
PMK = "a1" * 32


def as_networkmanager(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    parser.read_string(text)
    return parser


def unescaped(value: str) -> str:
    """As GKeyFile reads a string."""
    out, at = "", 0
    while at < len(value):
        if value[at] == "\\":
            out += {"s": " ", "\\": "\\"}[value[at + 1]]
            at += 1
        else:
            out += value[at]
        at += 1
    return out


def ssid_of(text: str) -> bytes:
    return bytes(int(number) for number in as_networkmanager(text)["wifi"]["ssid"].split(";") if number)


def test_what_imager_writes_is_read() -> None:
    preseed = read((FROM_IMAGER % PMK).encode())
    assert preseed.wifi is not None
    assert preseed.wifi.ssid == b'My"Weird\\Net'
    assert preseed.country == "GB"
    assert preseed.not_taken == ("locale", "ssh", "system", "user")
    file = as_networkmanager(keyfile(preseed.wifi))
    assert file["wifi-security"]["psk"] == PMK
    assert file["connection"]["id"] == "stoop-wifi"


def test_an_open_network_has_no_password() -> None:
    wifi = read(b'[wlan]\nssid = "Open"\nhidden = true\n').wifi
    assert wifi is not None
    assert "wifi-security" not in as_networkmanager(keyfile(wifi))
    assert as_networkmanager(keyfile(wifi))["wifi"]["hidden"] == "true"


def test_a_name_that_is_no_text_comes_as_bytes() -> None:
    wifi = read(b'[wlan]\nssid_hex = "fffe4142"\n').wifi
    assert wifi is not None
    assert ssid_of(keyfile(wifi)) == b"\xff\xfeAB"


def test_a_card_without_wifi_is_for_a_cable() -> None:
    assert read(b'[system]\nhostname = "x"\n').wifi is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"\xff\xfe", "cannot be read"),
        (b"[wlan\n", "cannot be read"),
        (b'wlan = "x"\n', "wlan is no section"),
        (b"[wlan]\nssid = 5\n", "no text"),
        (b'[wlan]\nssid_hex = "zz"\n', "no text"),
        (b'[wlan]\nssid = ""\n', "0 bytes"),
        (b'[wlan]\nssid = "%s"\n' % (b"x" * 33), "33 bytes"),
        (b'[wlan]\nssid = "x"\npassword = "short"\n', "8 to 63"),
        (b'[wlan]\nssid = "x"\npassword = "line\\nbreak"\n', "8 to 63"),
        (b'[wlan]\nssid = "x"\nhidden = 1\n', "true or false"),
        (b'[wlan]\nssid = "x"\ncountry = "gb"\n', "two capital letters"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_cannot_be_joined_is_one_sentence(text: bytes, sentence: str) -> None:
    with pytest.raises(CardError, match=sentence) as caught:
        read(text)
    assert "line\nbreak" not in str(caught.value)


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with contextlib.suppress(CardError):
        read(data)


@given(
    st.text(min_size=1, max_size=8).filter(lambda text: len(text.encode(errors="replace")) <= 32),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8, max_size=63),
)
def test_name_and_password_come_back_whole_and_in_their_own_lines(name: str, secret: str) -> None:
    quoted = name.encode(errors="replace").decode()
    text = f'[wlan]\nssid_hex = "{quoted.encode().hex()}"\npassword = {toml_string(secret)}\n'
    wifi = read(text.encode()).wifi
    assert wifi is not None
    file = keyfile(wifi)
    assert ssid_of(file) == quoted.encode()
    line = next(line for line in file.splitlines() if line.startswith("psk="))
    assert unescaped(line.removeprefix("psk=")) == secret
    assert line == line.strip()
    assert [word for word in file.splitlines() if word.startswith("[")] == [
        "[connection]", "[wifi]", "[wifi-security]", "[ipv4]", "[ipv6]",
    ]  # fmt: skip


def toml_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture
def card(tmp_path: Path) -> Card:
    for name in ("bootfs", "etc/NetworkManager/system-connections", "var/lib/stoop-image"):
        (tmp_path / name).mkdir(parents=True)
    return Card(tmp_path)


def test_the_password_does_not_stay_on_the_partition_that_every_computer_shows(card: Card) -> None:
    card.wanted.write_text(FROM_IMAGER % PMK)
    said = take(card)
    assert not card.wanted.exists()
    assert PMK not in said
    assert said == "Wi-Fi taken from the card; not taken: locale, ssh, system, user"
    assert PMK in card.connection.read_text()
    assert card.connection.stat().st_mode & 0o777 == 0o600
    assert card.country.read_text() == "GB"


def test_its_bytes_are_gone_before_the_file_is(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second name for the same bytes shows what is left of them, and what was on the card at each step."""
    card.wanted.write_text(FROM_IMAGER % PMK)
    left, synced, real = card.root / "left", list[tuple[bool, bool]](), os.fsync
    os.link(card.wanted, left)

    def fsync(descriptor: int) -> None:
        real(descriptor)
        synced.append((card.taken.exists(), PMK.encode() in left.read_bytes()))

    monkeypatch.setattr(os, "fsync", fsync)
    take(card)
    assert (True, False) in synced
    assert left.read_bytes().strip() == b""
    assert sorted(path.name for path in card.wanted.parent.iterdir()) == []


def test_a_start_that_was_cut_is_made_up_for(card: Card) -> None:
    """Between the two: it was taken, and not yet overwritten."""
    left = card.root / "left"
    card.taken.write_text(FROM_IMAGER % PMK)
    os.link(card.taken, left)
    assert take(card) == "no Wi-Fi on the card"
    assert not card.taken.exists()
    assert left.read_bytes().strip() == b""


@pytest.mark.parametrize("kind", ["vfat", "ext4"])
def test_no_byte_of_it_is_on_a_real_partition(card: Card, kind: str) -> None:
    """The kernels of CI have no FAT: `run.py image` looks at the card that it started from (claim wifi)."""
    maker = shutil.which(f"mkfs.{kind}", path="/usr/sbin:/usr/bin:/sbin:/bin")
    if maker is None or os.geteuid() != 0:
        pytest.skip(f"takes root and mkfs.{kind} (Debian packages dosfstools, e2fsprogs)")
    image = card.root / "bootconfig.img"
    with image.open("wb") as file:
        file.truncate(8 * 1024 * 1024)
    subprocess.run([maker, str(image)], check=True, capture_output=True)
    words = ["mount", "-t", kind, "-o", "loop", str(image), str(card.wanted.parent)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this machine mounts no {kind}: {done.stderr.strip()}")
    try:
        card.wanted.write_text(FROM_IMAGER % PMK)
        os.sync()
        assert PMK.encode() in image.read_bytes()
        take(card)
    finally:
        subprocess.run(["umount", str(card.wanted.parent)], check=True)
    assert PMK.encode() not in image.read_bytes()


def test_a_second_start_changes_nothing(card: Card) -> None:
    card.wanted.write_text(FROM_IMAGER % PMK)
    take(card)
    before = card.connection.read_text()
    assert take(card) == "no Wi-Fi on the card"
    assert card.connection.read_text() == before


def test_what_cannot_be_read_stays_and_keeps_the_wifi_of_before(card: Card) -> None:
    card.wanted.write_text(FROM_IMAGER % PMK)
    take(card)
    card.wanted.write_text("[wlan\n")
    with pytest.raises(CardError):
        take(card)
    assert card.wanted.exists()
    assert PMK in card.connection.read_text()
