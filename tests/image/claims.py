"""What is claimed of the card, each a function that tries it and returns a sentence; Failure when it does not hold."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import re
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from stoop.image.errors import CardError
from stoop.image.make_update import main as make_update
from stoop.image.slots import PARTS
from stoop.open_clips import open_clips
from stoop.update.bundle import write
from stoop.update.release import read_key
from tests.e2e.scripted_owner import ScriptedOwner
from tests.image import build
from tests.image.lan import Lan
from tests.image.machine import BOOT_LIMIT_S, Arm
from tests.image.prepare import ARCH, FIRST_NUMBER, FOLDER, KEY, quietly
from tests.vm import visitor
from tests.vm.house import need
from tests.vm.machine import until
from tests.vm.street import AWAY, AWAY6, OWN

UNITS = ("stoop-camera.service", "stoop-server.service")
USERS = ("stoop-camera", "stoop-server")
PRESEED = '[system]\nhostname = "other"\n\n[wlan]\nssid = "Our net"\npassword = "correct horse"\ncountry = "GB"\n'
FILES_PORT = 8088
PROBE = Path(build.__file__).parents[1] / "vm" / "inside" / "probe.py"
NOT_OURS = {"systemd-binfmt.service"}
"""Nothing of ours needs it; it gives up where emulation is slow."""
SLOW_S = 1500.0
"""For what takes seconds on a Pi and minutes under emulation."""


@dataclass(slots=True)
class Porch:
    machine: Arm
    lan: Lan
    owner: ScriptedOwner | None = None
    clips: list[str] = field(default_factory=list)

    def the_owner(self) -> ScriptedOwner:
        need(self.owner is not None, "nobody has claimed this machine: an earlier step failed")
        assert self.owner is not None
        return self.owner


def starts(porch: Porch) -> str:
    """As flashed, with the file that Imager would have written."""
    (FOLDER / "rpi-preseed.toml").write_text(PRESEED)
    at = build.offset_mb("bootconfig") * build.MEGA
    quietly(["mcopy", "-o", "-i", f"{build.DISK}@@{at}", str(FOLDER / "rpi-preseed.toml"), "::rpi-preseed.toml"])
    porch.machine.power_on()
    answered_s = porch.machine.reach()
    until(visitor.is_online, "the app to answer on the LAN", SLOW_S)
    for unit in UNITS:
        need(porch.machine.show(unit, "ActiveState") == "active", f"{unit} is not active")
    listed = porch.machine.must("systemctl", "list-units", "--failed", "--plain", "--no-legend", "--no-pager")
    failed = [line.split()[0] for line in listed.splitlines()]
    said = "".join(f"\n{unit}: {porch.machine.log_of(unit)}" for unit in failed)
    need(set(failed) <= NOT_OURS, f"units failed: {failed}{said}")
    need(porch.machine.must("dpkg", "--print-architecture").strip() == ARCH, f"this is no {ARCH}")
    slot = porch.machine.slot
    return f"Debian 13 for {ARCH} started from slot {slot}, first answer after {answered_s:.0f} s; both units run"


def is_read_only(porch: Porch) -> str:
    found = json.loads(porch.machine.must("findmnt", "-J", "-o", "TARGET,SOURCE,FSTYPE,OPTIONS"))
    mounts = {one["target"]: one for one in walk(found["filesystems"])}
    root = mounts["/"]
    need(root["fstype"] == "erofs" and "ro" in root["options"].split(","), f"the root is {root}")
    need("ro" in mounts["/boot/firmware"]["options"].split(","), "the boot partition can be written")
    for path in ("/var", "/var/lib/stoop", "/etc/NetworkManager/system-connections"):
        need(path in mounts, f"{path} is not on the data partition")
    porch.machine.must("touch", "/var/lib/stoop-image/x")
    porch.machine.must("rm", "/var/lib/stoop-image/x")
    touched = porch.machine.run("touch", "/opt/stoop/x").stderr
    need("Read-only file system" in touched, f"the program can be written: {touched or 'no fault'}")
    need(porch.machine.must("cat", "/proc/swaps").count("\n") == 1, "there is swap")
    journals = porch.machine.must("find", "/run/log", "/var/log", "-name", "*.journal").split()
    need(journals, "no journal is found at all")
    need(all(path.startswith("/run/") for path in journals), f"the journal is on the card: {journals}")
    accounts = dict(line.split(":")[:2] for line in porch.machine.must("getent", "shadow").splitlines())
    able = [name for name, password in accounts.items() if not password.startswith(("!", "*"))]
    need("root" in accounts and not able, f"somebody can log in with a password: {able or accounts}")
    programs = porch.machine.must("ls", "/usr/sbin").split()
    need("nft" in programs and "sshd" not in programs, "there is an SSH server")
    need(
        shows_the_card(porch.machine.must("ls", "/bootfs", "/persistent")), "not even root sees the card's other names"
    )
    for unit in UNITS:
        pid = porch.machine.show(unit, "MainPID")
        listed = porch.machine.must("nsenter", "-t", pid, "-m", "ls", "/bootfs", "/persistent")
        need(not shows_the_card(listed), f"{unit} sees the card's other names: {listed}")
    return (
        "root and boot are read-only, recordings and Wi-Fi lie on the data partition, no swap, no journal on the card"
    )


def shows_the_card(listed: str) -> bool:
    return "autoboot" in listed or "slots" in listed


def walk(filesystems: Sequence[dict[str, object]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in filesystems:
        found.append({name: str(one[name]) for name in ("target", "source", "fstype", "options")})
        children = one.get("children", [])
        assert isinstance(children, list)
        found += walk(children)
    return found


def grew(porch: Porch) -> str:
    size_mb = int(porch.machine.must("df", "--output=size", "-m", "/persistent").split()[-1])
    image_mb = build.SIZES_MB["persistent"]
    need(size_mb > image_mb + 2000, f"the data partition has {size_mb} MB")
    said = quietly(["sfdisk", "--verify", str(build.DISK)])
    need("No errors" in said, f"the partition table: {said}")
    porch.machine.must("systemctl", "restart", "stoop-grow.service")
    need("ends where the card does" in porch.machine.log_of("stoop-grow.service", 4), "a second time it does something")
    return (
        f"the data partition took the card: {image_mb} MB in the image, {size_mb} MB now; a second time changed nothing"
    )


def took_the_wifi(porch: Porch) -> str:
    at = build.offset_mb("bootconfig") * build.MEGA
    porch.machine.must("sync")
    listed = quietly(["mdir", "-b", "-i", f"{build.DISK}@@{at}"])
    need("autoboot.txt" in listed and "preseed" not in listed, f"on the card: {listed}")
    with build.DISK.open("rb") as disk:
        disk.seek(at)
        raw = disk.read(build.SIZES_MB["bootconfig"] * build.MEGA)
    need(b"boot_partition" in raw, "the partition's bytes are not to be seen")
    need(b"correct horse" not in raw, "the password's bytes are still on the partition that every computer shows")
    fields = "802-11-wireless.ssid,802-11-wireless-security.psk,connection.id"
    shown = porch.machine.must("nmcli", "-s", "-t", "-f", fields, "connection", "show", "stoop-wifi")
    need("Our net" in shown and "correct horse" in shown, f"NetworkManager knows {shown}")
    log = porch.machine.log_of("stoop-card.service")
    need("not taken: system" in log and "horse" not in log, f"the journal says {log}")
    need(porch.machine.must("hostname").strip() == "stoop", "it has another name")
    return (
        "Wi-Fi as Imager writes it is NetworkManager's, and none of its bytes is left on the partition that every "
        "computer shows"
    )


def is_claimed_and_watched(porch: Porch) -> str:
    codes = re.findall(r"claim code (\S+),", porch.machine.log_of("stoop-camera.service", 50))
    need(codes, "the journal shows no claim code")
    owner = ScriptedOwner(visitor.URL)
    owner.http.timeout = 120.0
    owner.claim(codes[-1]).raise_for_status()
    owner.draw()
    until(lambda: owner.state()["is_delivering"], "the camera to deliver", SLOW_S)
    porch.owner = owner
    width, height = visitor.watch(owner, 3)
    return f"claimed from the LAN by the code in the journal; {width}x{height} live over WebRTC"


def records(porch: Porch) -> str:
    owner = porch.the_owner()
    clip = visitor.start_clip(owner)
    until(lambda: owner.state()["recording_clip"] != clip, "the clip to end", SLOW_S)
    need(opened(porch, clip) == "complete", "the clip does not open")
    porch.clips.append(clip)
    return "a clip was recorded, fetched sealed over the LAN, and opened with the owner's key"


def opened(porch: Porch, clip: str) -> str:
    """State of a clip that was fetched sealed and opened here."""
    owner, there = porch.the_owner(), FOLDER / "fetched" / secrets.token_hex(4)
    there.mkdir(parents=True)
    sealed = owner.http.get(f"/api/clips/{clip}")
    need(sealed.content.startswith(b"age-encryption.org/v1"), f"the clip came as {sealed.status_code}")
    (there / f"{clip}.age").write_bytes(sealed.content)
    (there / "identity.txt").write_text(owner.identity + "\n")
    (report,) = open_clips(there / f"{clip}.age", [there / "identity.txt"], there / "out")
    return report.state


def sent_nothing_away(porch: Porch) -> str:
    until(porch.lan.asked_for_time, "the clock to ask the router", SLOW_S)
    packets = porch.lan.packets_off_lan()
    need(packets == 0, f"{packets} packets went off the LAN")
    for timer in ("apt-daily.timer", "apt-daily-upgrade.timer"):  # hours away, and so not to be waited for
        need(porch.machine.run("systemctl", "is-enabled", timer).stdout.strip() == "masked", f"{timer} would call")
    return "from the first start on: 0 packets from the machine to anywhere but the LAN; its clock asked the router"


def cannot_call(porch: Porch) -> str:
    """Root can, or the check could not fail."""
    porch.lan.reached()
    control = probe(porch, None)
    need(control[f"tcp {AWAY}"] == "reached", f"root reaches nobody either: {control}")
    need(porch.lan.reached(), "root's datagrams did not arrive")
    for user in USERS:
        tries = probe(porch, user)
        arrived = porch.lan.reached()
        need(arrived == [], f"a program of {user} reached {arrived}")
        ways = [way for way, came in tries.items() if came in ("reached", "sent")]
        need(ways == [], f"a program of {user} was not refused: {ways}")
    return f"a program started as {' or '.join(USERS)} reached nobody by TCP, UDP, ICMP or DNS; root did"


def probe(porch: Porch, user: str | None) -> dict[str, str]:
    become = [] if user is None else ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    token = secrets.token_hex(4)
    said = porch.machine.must(*become, "python3", "-c", PROBE.read_text(), token, AWAY, AWAY6, OWN, limit_s=SLOW_S)
    found: dict[str, str] = json.loads(said)
    return found


def survives_a_power_cut(porch: Porch) -> str:
    owner = porch.the_owner()
    clip = visitor.start_clip(owner)
    until(lambda: size_of(porch, clip) > 4000, "the clip to grow", SLOW_S)
    porch.machine.cut_power()
    comes_back(porch)
    need(opened(porch, clip) == "ended early", "the clip that was being recorded does not open")
    for earlier in porch.clips:
        need(opened(porch, earlier) == "complete", "a clip of before is gone")
    porch.clips.append(clip)
    return "the power was cut while recording: it started again by itself, and every clip opens"


def size_of(porch: Porch, clip: str) -> int:
    return int(porch.machine.must("stat", "-c", "%s", f"/var/lib/stoop/sealed/clips/{clip}.age"))


def comes_back(porch: Porch, *, is_trial: bool = False) -> None:
    porch.machine.power_on(is_trial=is_trial)
    porch.machine.reach()
    until(visitor.is_online, "the app to answer on the LAN", BOOT_LIMIT_S)
    if porch.owner is not None:
        visitor.come_back(porch.owner, BOOT_LIMIT_S)


def is_updated(porch: Porch) -> str:
    """Into the other slot, tried, and in force; the owner and the clips stay."""
    number = FIRST_NUMBER + 1
    update, words = there("good"), ["--boot", str(build.BOOT), "--system", str(next_system(number)), "--key", str(KEY)]
    words += ["--version", f"9.0.{number}", "--out", str(update), "--counter"]
    with contextlib.suppress(CardError):
        make_update([*words, str(number + 1)])
        need(False, "an update of another number than its system's was made")
    make_update([*words, str(number)])
    before = porch.machine.slot
    bring(porch, update)
    porch.machine.must(
        "systemd-run", "--no-block", "--unit=test-update", "stoop", "update", f"/persistent/{update.name}"
    )
    is_trial = porch.machine.wait_for_end(SLOW_S)
    need(is_trial, "it did not start again for a trial")
    comes_back(porch, is_trial=True)
    need(porch.machine.slot != before, "the same slot runs")
    until(lambda: "is in force" in porch.machine.log_of("stoop-trial.service"), "the trial to be judged", SLOW_S)
    need(porch.machine.must("cat", "/opt/stoop/counter").strip() == str(number), "another version runs")
    noted = porch.machine.must("ls", "/bootfs").split()
    need("autoboot.txt" in noted and "stoop-trial" not in noted, f"the note is still there: {noted}")
    porch.machine.run("rm", f"/persistent/{update.name}")
    porch.machine.must("sync")
    porch.machine.cut_power()
    comes_back(porch)
    need(porch.machine.slot != before, "after a power cut the version before runs again")
    need(opened(porch, porch.clips[0]) == "complete", "the first clip is gone")
    return (
        f"a signed update went from slot {before} into slot {porch.machine.slot}, answered, and stayed over a power cut"
    )


def is_gone_back_from(porch: Porch) -> str:
    """A signed update whose system cannot be mounted."""
    number = FIRST_NUMBER + 2
    rubbish = FOLDER / "rubbish.img"
    rubbish.write_bytes(secrets.token_bytes(4 * build.MEGA))
    update = there("bad")
    files = {PARTS["boot"]: build.BOOT, PARTS["system"]: rubbish}
    write(update, files, f"9.0.{number}", number, read_key(KEY))
    before = porch.machine.slot
    bring(porch, update)
    porch.machine.must(
        "systemd-run", "--no-block", "--unit=test-update", "stoop", "update", f"/persistent/{update.name}"
    )
    need(porch.machine.wait_for_end(SLOW_S), "it did not start again for a trial")
    porch.machine.power_on(is_trial=True)
    need(porch.machine.slot != before, "the trial starts the slot of before")
    need(not porch.machine.wait_for_end(BOOT_LIMIT_S), "a system that cannot be mounted asks for a trial")
    comes_back(porch)
    need(porch.machine.slot == before, "the slot of before does not run")
    until(lambda: "did not come up" in porch.machine.log_of("stoop-trial.service"), "the journal to say so", SLOW_S)
    need(porch.machine.must("cat", "/opt/stoop/counter").strip() == str(number - 1), "another version runs")
    return f"a signed update that cannot be mounted was left by itself: slot {before} runs again, owner and clips stay"


@functools.cache
def next_system(number: int) -> Path:
    """The same system with another number."""
    image = FOLDER / "system-next.img"
    build.put("/opt/stoop/counter", f"{number}\n")
    image.unlink(missing_ok=True)
    quietly(["mkfs.erofs", "-zlz4", "--quiet", str(image), str(build.ROOTFS)])
    return image


def there(name: str) -> Path:
    path = FOLDER / "updates" / f"{name}-image.stoopupdate"
    path.parent.mkdir(exist_ok=True)
    return path


def bring(porch: Porch, update: Path) -> None:
    """Onto the data partition, as the app or a stick would."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(update.parent))
    with http.server.ThreadingHTTPServer((OWN, 0), handler) as shop:
        threading.Thread(target=shop.serve_forever, daemon=True).start()
        url = f"http://{OWN}:{shop.server_port}/{update.name}"
        code = f"import urllib.request as u; u.urlretrieve({url!r}, '/persistent/{update.name}')"
        porch.machine.must("python3", "-c", code, limit_s=SLOW_S)
        shop.shutdown()


Claim = Callable[[Porch], str]
CLAIMS: dict[str, Claim] = {
    "starts": starts,
    "read-only": is_read_only,
    "grew": grew,
    "wifi": took_the_wifi,
    "owner": is_claimed_and_watched,
    "clips": records,
    "nothing-away": sent_nothing_away,
    "users": cannot_call,
    "power": survives_a_power_cut,
    "update": is_updated,
    "back": is_gone_back_from,
}
