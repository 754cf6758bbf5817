"""Each look of the doctor on machines made of files: what is good, what is weak, what is broken, each with its mend."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from camera.settings import CameraSettings, Settings
from server.certificate import ensure_certificate
from stoop.doctor import LOOKS, board, certificate, clock, command, disk, encoders, lens, parts, units
from stoop.doctor.sight import Patient, Sight, State
from stoop.prove.installation import Installation
from stoop.prove.processes import Running

Look = Callable[[Patient], Sight]


def patient(
    root: Path,
    files: dict[str, str] | None = None,
    says: dict[str, str] | None = None,
    settings: CameraSettings | None = None,
) -> Patient:
    """A machine with these files, whose commands (by their last word) say this."""
    for name, text in (files or {}).items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def ask(words: Sequence[str]) -> str | None:
        return (says or {}).get(words[-1])

    whole = Settings(camera=settings or CameraSettings())
    return Patient(root / "data", whole, "demo", Installation(root / "data"), root, ask)


MEMORY = "MemTotal: 474000 kB\nMemAvailable: {} kB\n"
SWAPS = "Filename Type Size Used Priority\n{} file 1 0 -2\n"
RADIO = "Inter-| sta\n face | tus\n wlan0: 0000   60.  {}.  -256        0\n"
CARDS = " 0 [Headphones     ]: bcm2835_headpho - bcm2835 Headphones\n"


@pytest.mark.parametrize(
    ("look", "files", "says", "state"),
    [
        (board.heat, {"sys/class/thermal/thermal_zone0/temp": "51000\n"}, {}, "good"),
        (board.heat, {"sys/class/thermal/thermal_zone0/temp": "71000\n"}, {}, "watch"),
        (board.heat, {"sys/class/thermal/thermal_zone0/temp": "82000\n"}, {}, "broken"),
        (board.heat, {}, {}, "unknown"),
        (board.power, {}, {"get_throttled": "throttled=0x0\n"}, "good"),
        (board.power, {}, {"get_throttled": "throttled=0x50000\n"}, "watch"),
        (board.power, {}, {"get_throttled": "throttled=0x50005\n"}, "broken"),
        (board.power, {"sys/devices/platform/soc/soc:firmware/get_throttled": "1\n"}, {}, "broken"),
        (board.power, {}, {}, "unknown"),
        (board.wifi, {"proc/net/wireless": RADIO.format(-52)}, {}, "good"),
        (board.wifi, {"proc/net/wireless": RADIO.format(-70)}, {}, "watch"),
        (board.wifi, {"proc/net/wireless": RADIO.format(-85)}, {}, "broken"),
        (board.memory, {"proc/meminfo": MEMORY.format(200_000)}, {}, "good"),
        (board.memory, {"proc/meminfo": MEMORY.format(20_000)}, {}, "watch"),
        (board.memory, {"proc/meminfo": MEMORY.format(200_000), "proc/swaps": SWAPS.format("/var/swap")}, {}, "watch"),
        (board.memory, {"proc/meminfo": MEMORY.format(200_000), "proc/swaps": SWAPS.format("/dev/zram0")}, {}, "good"),
        (disk.wear, {"sys/fs/ext4/mmcblk0p2/errors_count": "0\n"}, {}, "unknown"),
        (disk.wear, {"sys/fs/ext4/mmcblk0p2/errors_count": "3\n"}, {}, "broken"),
        (disk.wear, {"sys/block/mmcblk0/device/life_time": "0x01 0x02\n"}, {}, "good"),
        (disk.wear, {"sys/block/mmcblk0/device/life_time": "0x01 0x0A\n"}, {}, "watch"),
        (parts.sound, {"proc/asound/cards": CARDS}, {}, "good"),
        (parts.sound, {"proc/asound/cards": "--- no soundcards ---\n"}, {}, "unknown"),
        (parts.button, {}, {}, "unknown"),
        (parts.button, {"sys/class/input/event0/device/name": "gpio-keys\n", "dev/input/event0": ""}, {}, "good"),
        (parts.button, {"sys/class/input/event0/device/name": "gpio-keys\n"}, {}, "broken"),
        (certificate.certificate, {}, {}, "unknown"),
        (
            certificate.certificate,
            {"data/server/tls-cert.pem": "no\n", "data/server/tls-key.pem": "no\n"},
            {},
            "broken",
        ),
        (units.firewall, {}, {}, "unknown"),
        (units.units, {}, {}, "unknown"),
    ],
)
def test_a_look_says_what_it_sees(
    tmp_path: Path, look: Look, files: dict[str, str], says: dict[str, str], state: State
) -> None:
    seen = look(patient(tmp_path, files, says))
    assert seen.state == state
    assert seen.said
    assert bool(seen.mend) or state in ("good", "unknown")


@pytest.mark.parametrize(
    ("kept", "state"),
    [
        ({"is_set": False, "is_synced": False, "has_chip": True}, "broken"),
        ({"is_set": True, "is_synced": True, "has_chip": False}, "good"),
        ({"is_set": True, "is_synced": False, "has_chip": True}, "watch"),
    ],
    ids=["1970", "by a time server", "by a chip alone"],
)
def test_the_clock_is_judged_by_what_keeps_it(kept: dict[str, bool], state: State) -> None:
    assert clock.judged(**kept).state == state


@pytest.mark.parametrize(
    ("free", "took_s", "state"), [(10**10, 0.01, "good"), (10**10, 3.0, "watch"), (10**8, 0.01, "broken")]
)
def test_the_disk_is_judged_by_room_and_speed(free: int, took_s: float, state: State) -> None:
    assert disk.judged(free, 3 * 10**10, took_s).state == state


def test_a_folder_that_is_not_there_yet_is_judged_by_what_it_will_lie_on(tmp_path: Path) -> None:
    assert disk.disk(patient(tmp_path)).state in ("good", "watch")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("each_ms", "state"), [(8.0, "good"), (60.0, "watch")])
def test_the_encoder_is_judged_by_the_time_between_pictures(each_ms: float, state: State) -> None:
    assert encoders.judged(each_ms, 15.0, "libx264").state == state


def test_the_encoder_is_tried(tmp_path: Path) -> None:
    seen = encoders.encoder(patient(tmp_path, settings=CameraSettings(width_px=320, height_px=180)))
    assert "ms a picture" in seen.said


@pytest.mark.parametrize(("count", "took_s", "state"), [(20, 1.3, "good"), (20, 4.0, "watch"), (3, 8.0, "broken")])
def test_the_lens_is_judged_by_its_pictures(count: int, took_s: float, state: State) -> None:
    assert lens.judged(count, took_s, 15.0, "1280x720").state == state


def test_a_camera_that_is_not_there_is_broken_with_its_mend(tmp_path: Path) -> None:
    whole = patient(tmp_path)
    seen = lens.camera(Patient(whole.data, whole.settings, "v4l2:/dev/video97", whole.installation, tmp_path))
    assert seen.state == "broken"
    assert "/dev/video97" in seen.said
    assert seen.mend


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("delivering\n", "good"),
        ("the camera is switched off\n", "good"),
        ("\n", "unknown"),
        ("the camera has delivered no picture for 4 s\n", "broken"),
    ],
)
def test_a_running_camera_is_asked_and_not_opened(tmp_path: Path, status: str, state: State) -> None:
    whole = patient(tmp_path)
    running = Installation(whole.data, camera=Running(1, ("python", "-m", "camera"), None))
    seen = lens.camera(Patient(whole.data, whole.settings, "v4l2:/nowhere", running, tmp_path, lambda _: status))
    assert seen.state == state


def shown(active: str = "active", restarts: int = 0) -> dict[str, str]:
    text = f"LoadState=loaded\nActiveState={active}\nNRestarts={restarts}\n"
    return dict.fromkeys(units.UNITS, text)


@pytest.mark.parametrize(
    ("says", "state"),
    [(shown(), "good"), (shown(restarts=9), "watch"), (shown("failed"), "broken")],
    ids=["all run", "one is restless", "down"],
)
def test_units_are_asked_of_systemd(tmp_path: Path, says: dict[str, str], state: State) -> None:
    assert units.units(patient(tmp_path, says=says)).state == state


def test_a_certificate_is_good_until_shortly_before_its_end(tmp_path: Path) -> None:
    now = datetime.datetime.now(datetime.UTC)
    whole = patient(tmp_path)
    ensure_certificate(whole.data / "server", ["localhost"], now)
    assert certificate.certificate(whole).state == "good"
    (whole.data / "server" / "tls-key.pem").chmod(0o644)
    assert certificate.certificate(whole).state == "broken"
    for days, state in ((810, "watch"), (830, "broken")):
        for path in (whole.data / "server").iterdir():
            path.unlink()
        ensure_certificate(whole.data / "server", ["localhost"], now - datetime.timedelta(days=days))
        assert certificate.certificate(whole).state == state


def test_a_look_that_breaks_off_is_told_and_the_others_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    looks = {"bad": f"{__name__}:breaks_off", "heat": LOOKS["heat"]}
    seen = dict(command.run_looks(patient(tmp_path), looks))
    assert (seen["bad"].state, seen["heat"].state) == ("broken", "unknown")
    assert "ZeroDivisionError" in capsys.readouterr().err


def breaks_off(_: Patient) -> Sight:
    raise ZeroDivisionError


def test_the_whole_of_it_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = tmp_path / "small.toml"
    small.write_text("[camera]\nwidth_px = 320\nheight_px = 180\n")
    code = command.doctor(tmp_path, small, "demo?speed=max", as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert set(said) == set(LOOKS)
    assert code == (1 if any(look["state"] == "broken" for look in said.values()) else 0)


def test_settings_that_cannot_be_read_are_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.doctor(tmp_path, tmp_path / "none.toml", None, as_json=False) == 2
    assert "none.toml cannot be read" in capsys.readouterr().err
