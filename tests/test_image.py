"""The image's layer, configs, units and files fit together, and fit what rpi-image-gen wants of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from stoop.image.__main__ import JOBS
from tests.markdown import ROOT

IMAGE = ROOT / "deploy" / "image"
LAYER = IMAGE / "layer" / "stoop.yaml"
INSTALLER = ROOT / "deploy" / "raspberry-pi" / "install.sh"
OWN_UNITS = sorted(path.name for path in (IMAGE / "units").iterdir())
UNIT_SECONDS = {"s": 1, "min": 60, "": 1}


def fields() -> dict[str, str]:
    """The metadata head of the layer: name to value, folded lines joined, as Debian's control files."""
    text = LAYER.read_text()
    assert text.startswith("# METABEGIN\n")
    found: dict[str, str] = {}
    name = ""
    for line in text.partition("# METAEND")[0].splitlines()[1:]:
        if match := re.fullmatch(r"# (X-Env-[\w-]+): ?(.*)", line):
            name = match[1]
            found[name] = match[2]
        elif line.startswith("#  "):
            found[name] += " " + line[3:]
        else:
            assert line == "#", f"{line!r} is no line of a layer's head"
    return found


def values(unit: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (IMAGE / "units" / unit).read_text(), re.MULTILINE)


def seconds_of(unit: str, key: str) -> float:
    match = re.fullmatch(r"(\d+)(s|min|)", values(unit, key)[0])
    assert match is not None
    return float(match[1]) * UNIT_SECONDS[match[2]]


def test_the_layer_names_itself_and_describes_each_of_its_variables() -> None:
    head = fields()
    assert head["X-Env-Layer-Name"] == "stoop"
    assert head["X-Env-VarPrefix"] == "stoop"
    for name in ("update", "source"):
        assert {f"X-Env-Var-{name}{end}" for end in ("", "-Desc", "-Required", "-Valid", "-Set")} <= head.keys()


def test_the_layer_brings_no_way_in_and_no_second_network() -> None:
    required = {name.strip() for name in fields()["X-Env-Layer-Requires"].split(",")}
    assert "network-manager" in required
    assert not required & {"openssh-server", "rpi-connect", "rpi-connect-lite", "systemd-net-min", "trixie-minbase"}


def test_the_layer_installs_every_package_that_the_installer_would_fetch() -> None:
    listed = set(re.findall(r"^    - ([\w.+-]+)$", LAYER.read_text(), re.MULTILINE))
    wanted = re.search(r"^PACKAGES=\((.*)\)", INSTALLER.read_text(), re.MULTILINE)
    assert wanted is not None
    assert {*wanted[1].split(), "python3-picamera2", "iw", "fdisk", "e2fsprogs"} <= listed


def test_the_variables_that_the_layer_uses_are_its_own() -> None:
    used = set(re.findall(r"IGconf_(\w+)", LAYER.read_text().partition("METAEND")[2]))
    assert used == {"stoop_update", "stoop_source"}


@pytest.mark.parametrize("board", ["pi4", "pi5"])
def test_a_config_names_a_device_and_takes_the_rest_from_the_common_one(board: str) -> None:
    text = (IMAGE / "config" / f"stoop-{board}.yaml").read_text()
    assert "file: stoop-common.yaml" in text
    assert f"layer: r{board}" in text
    common = (IMAGE / "config" / "stoop-common.yaml").read_text()
    for line in ("layer: image-rota", "rootfs_type: erofs", "hostname: stoop", "app: stoop"):
        assert line in common


def test_each_unit_and_file_of_the_image_is_put_in() -> None:
    script = (IMAGE / "image.sh").read_text()
    named = re.search(r"IMAGE_UNITS=\((.*?)\)", script)
    enabled = re.search(r"ENABLED=\((.*?)\)", script)
    assert named is not None
    assert enabled is not None
    assert sorted(named[1].split()) == OWN_UNITS
    assert {name for name in OWN_UNITS if values(name, "WantedBy")} <= set(enabled[1].split())
    assert all(f'"$from/files/{path.name}"' in script for path in (IMAGE / "files").iterdir())


@pytest.mark.parametrize("unit", [name for name in OWN_UNITS if "-m stoop.image" in str(values(name, "ExecStart"))])
def test_a_unit_starts_a_job_that_there_is(unit: str) -> None:
    (word,) = values(unit, "ExecStart")
    assert word.removeprefix("/opt/stoop/current/bin/python -m stoop.image ") in JOBS


def test_the_recordings_outlive_a_change_of_slot() -> None:
    shared = (IMAGE / "files" / "slot-shared.conf").read_text().splitlines()
    assert shared == ["Version=1", "Path=/var/lib/stoop", "Path=/var/lib/stoop-image"]


def test_our_journal_setting_is_read_after_the_one_of_the_layout() -> None:
    """image-rota writes persistent.conf; of two files the later name wins, and ours keeps the journal off the card."""
    assert "journald.conf.d/stoop.conf" in INSTALLER.read_text()
    assert "stoop.conf" > "persistent.conf"
    assert "Storage=volatile" in (INSTALLER.parent / "files" / "journald.conf").read_text()


def test_a_version_that_does_not_answer_ends_in_a_start_from_the_slot_before() -> None:
    assert values("stoop-trial.service", "FailureAction") == ["reboot"]
    assert values("stoop-trial-limit.service", "ExecStart") == ["/usr/bin/systemctl reboot --force"]
    for unit in ("stoop-trial.service", "stoop-trial-limit.service"):
        assert values(unit, "ConditionPathExists") == ["/bootfs/stoop-trial"]
    assert seconds_of("stoop-trial-limit.timer", "OnBootSec") > seconds_of("stoop-trial.service", "TimeoutStartSec")


def test_the_limit_leaves_alone_what_was_judged() -> None:
    """A note on a partition that cannot be written stays; and the slot in force is not to start again for it."""
    assert values("stoop-trial.service", "RemainAfterExit") == ["yes"]
    not_judged, _ = values("stoop-trial-limit.service", "ExecCondition")  # the second: stoop/image/test_slots.py
    assert not_judged == "/bin/sh -c '! systemctl is-active --quiet stoop-trial.service'"


def test_a_slot_is_judged_though_its_data_partition_is_not_there() -> None:
    assert values("stoop-trial.service", "RequiresMountsFor") == ["/bootfs"]


def test_only_a_trial_can_end_in_another_start() -> None:
    """A slow start without an update once did: the limit of a waiting job does not ask whether the unit is wanted."""
    for unit in OWN_UNITS:
        assert values(unit, "JobTimeoutAction") == []
        ends = values(unit, "FailureAction") or "reboot" in str(values(unit, "ExecStart"))
        assert not ends or values(unit, "ConditionPathExists") == ["/bootfs/stoop-trial"], unit
    assert values("stoop-trial.service", "After") == []


def test_the_card_asks_for_time_and_packages_nowhere_but_at_the_router() -> None:
    script, layer = (IMAGE / "image.sh").read_text(), LAYER.read_text()
    silent = re.search(r"SILENT=\((.*?)\)", script)
    assert silent is not None
    assert {"apt-daily.timer", "apt-daily-upgrade.timer"} <= set(silent[1].split())
    asked = re.findall(r"^(?:Fallback)?NTP=(.*)$", (IMAGE / "files" / "timesyncd.conf").read_text(), re.MULTILINE)
    assert asked == ["_gateway", "_gateway"]
    assert "    - libnss-myhostname\n" in layer


def test_wifi_is_there_before_the_network_is_asked_for() -> None:
    assert values("stoop-card.service", "Before") == ["NetworkManager.service"]
    assert values("stoop-grow.service", "Before") == ["stoop-camera.service"]


def test_our_processes_cannot_reach_the_cards_other_names() -> None:
    assert "InaccessiblePaths=-/bootfs -/persistent" in (IMAGE / "files" / "card-out-of-reach.conf").read_text()
    put = re.search(r"for name in ([^;]*); do put .*card-out-of-reach.conf", (IMAGE / "image.sh").read_text())
    assert put is not None
    hidden = {path.stem for path in (INSTALLER.parent / "units").glob("*.service") if "-/boot " in path.read_text()}
    assert {*put[1].split()} == hidden | {"stoop-camera"}


def test_the_set_up_code_of_an_image_is_the_cameras_alone() -> None:
    copying = (IMAGE / "files" / "stoop-code.conf").read_text().splitlines()[-1]
    assert copying.startswith("ExecStart=/usr/bin/install -m 0400 -o stoop-camera ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--image",), "--image cannot look for a camera"),
        (("--image", "--source", "teletype:1"), "source teletype:1 is of no known kind"),
    ],
)
def test_the_installer_says_what_it_needs_for_an_image(words: tuple[str, ...], sentence: str) -> None:
    done = subprocess.run(["bash", str(INSTALLER), "--dry-run", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    if "this is" in last or "this system runs" in last or "are free" in last:  # of the machine that runs the tests
        pytest.skip(last)
    assert sentence in last


@pytest.mark.parametrize("script", [INSTALLER, IMAGE / "image.sh"], ids=lambda path: path.name)
def test_the_scripts_are_sound_shell(script: Path) -> None:
    checker = shutil.which("shellcheck")
    if checker is None:
        subprocess.run(["bash", "-n", str(script)], check=True)
        return
    subprocess.run([checker, "-x", "-S", "warning", str(script)], check=True, cwd=ROOT)
