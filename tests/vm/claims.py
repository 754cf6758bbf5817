"""What is shown on the booted machine: one function a claim, in order, in `CLAIMS`; each says what it saw."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stoop.open_clips import list_clips, open_clips
from tests.vm import visitor
from tests.vm.house import INSTALL, PYTHON, House, need
from tests.vm.machine import Failure, until
from tests.vm.street import AWAY, AWAY6, DOORBELL, HOLE_PORT, OWN
from tests.vm.updates import key_text, make_update

USERS = ("stoop-camera", "stoop-server")
UNITS = ("stoop-camera.service", "stoop-server.service")
NEW_FILES = "/opt/stoop /etc/stoop /etc/systemd /etc/udev /etc/avahi"


SETTINGS = 'source = "demo"\n[camera]\nplate_s = 2\npost_roll_s = 1\nclip_cap_s = 10\n'
"""As an owner's file that was there before; short clips, or the tests would wait for the demo's visitors to leave."""


def installs(house: House) -> str:
    (house.machine.root / "etc" / "stoop").mkdir(mode=0o750)
    (house.machine.root / "etc" / "stoop" / "stoop.toml").write_text(SETTINGS)
    said = house.machine.must(*INSTALL, limit_s=300)
    need("Stoop runs." in said, "install.sh did not say that Stoop runs")
    for unit in UNITS:
        need(house.machine.show(unit, "ActiveState") == "active", f"{unit} is not active")
    return "install.sh set up users, program, firewall and units without internet; both units are active"


def installs_again(house: House) -> str:
    """A second run writes nothing."""
    count = f"find {NEW_FILES} -type f -printf '%p %T@ %s\\n' | grep -v __pycache__ | sort | sha256sum"
    before = house.machine.must("sh", "-c", count)
    said = house.machine.must(*INSTALL, limit_s=300)
    need("wrote" not in said and "installed" not in said, f"a second run changed something: {said}")
    need(house.machine.must("sh", "-c", count) == before, "a second run changed a file")
    return "a second install.sh changed no file, and Stoop runs again"


def is_claimed_and_watched(house: House) -> str:
    house.owner = visitor.claim(house.machine)
    width, height = visitor.watch(house.owner)
    need((width, height) == (1280, 720), f"the live picture is {width}x{height}")
    return f"from another machine on the LAN: claimed, drawn, {width}x{height} live over the one UDP socket"


def takes_a_code_from_the_card(house: House) -> str:
    """Written onto the boot partition, as any computer can; gone again before the next claim."""
    boot = house.machine.root / "boot" / "firmware"
    boot.mkdir(parents=True, exist_ok=True)
    (boot / "stoop-code.txt").write_text("door be11\r\n")
    house.machine.must("systemctl", "restart", "stoop-code.service", "stoop-camera.service")
    shown = "claim code D00R-BE11,"
    until(lambda: shown in house.machine.log_of("stoop-camera.service", 20), "the card's code to be in force", 30)
    (boot / "stoop-code.txt").unlink()
    house.machine.must("rm", "-r", "/run/stoop-code")
    house.machine.must("systemctl", "restart", "stoop-camera.service")
    until(lambda: shown not in house.machine.log_of("stoop-camera.service", 4), "another code", 30)
    until(lambda: "claim code" in house.machine.log_of("stoop-camera.service", 4), "another code", 30)
    until(visitor.is_online, "the doorbell to be back", 30)
    return "a set-up code that was written onto the boot partition is the one that claims; without it one is made"


def has_its_name(house: House) -> str:
    question = dns.message.make_query("stoop.local", dns.rdatatype.A)

    def answer() -> set[str]:
        try:
            heard = dns.query.udp(question, "224.0.0.251", 2, 5353, source=OWN, ignore_unexpected=True)
        except dns.exception.DNSException:
            return set()
        return {str(record) for answers in heard.answer for record in answers}

    until(lambda: DOORBELL in answer(), "stoop.local to be answered on the LAN", 30)
    return f"stoop.local is {DOORBELL} by mDNS"


def records(house: House) -> str:
    owner = house.the_owner()
    clip = visitor.start_clip(owner)
    until(lambda: owner.state()["recording_clip"] != clip, "the clip to end", 90)
    sealed = owner.http.get(f"/api/clips/{clip}")
    need(
        sealed.content.startswith(b"age-encryption.org/v1"),
        f"the clip came as {sealed.status_code}, not as an age file",
    )
    opened = {
        report.clip: report for report in open_clips(data(house), identity(house), house.machine.root.parent / "out")
    }
    need(opened[clip].state == "complete", f"the clip is {opened[clip].state}: {opened[clip].detail}")
    house.clips.append(clip)
    return "a clip was recorded, fetched sealed over the LAN, and opened with the owner's key"


def cannot_call_as_either_user(house: House) -> str:
    """Root can, or the check could not fail."""
    house.street.reached()
    control = probe(house, None)
    need(control[f"tcp {AWAY}"] == control[f"icmp {AWAY6}"] == "reached", f"root reaches nobody either: {control}")
    arrived = list[str]()

    def all_came() -> bool:
        arrived.extend(house.street.reached())
        return sum(one.startswith("udp") for one in arrived) >= 6

    until(all_came, "root's datagrams to arrive", 10)
    for user in USERS:
        tries = probe(house, user)
        arrived = house.street.reached()
        need(arrived == [], f"a program of {user} reached {arrived}")
        ways = [way for way, came in tries.items() if came in ("reached", "sent")]
        need(ways == [], f"a program of {user} was not refused: {ways}")
    return (
        f"a program started as {' or '.join(USERS)} reached {AWAY}, {AWAY6} and the LAN by neither TCP, UDP, ICMP nor "
        "DNS; root did"
    )


def cannot_call_from_the_units(house: House) -> str:
    """In the running units' own network there is nobody, for root itself."""
    for unit in UNITS:
        pid = house.machine.show(unit, "MainPID")
        links = house.machine.must("nsenter", "-t", pid, "-n", "ip", "-o", "link").strip().splitlines()
        need(len(links) == 1 and ": lo:" in links[0], f"{unit} has more than a loopback: {links}")
        words = ["nsenter", "-t", pid, "-n", "python3", "/srv/inside/probe.py", "token", AWAY, AWAY6, OWN]
        tries = json.loads(house.machine.must(*words))
        need(not {"reached", "sent"} & set(tries.values()), f"there is a way out of {unit}'s network: {tries}")
    need(house.street.reached() == [], "something arrived")
    return "the networks of both running units hold a loopback and no way, even for root"


def cannot_turn_the_sockets_round(house: House) -> str:
    """With the rules of the way out taken away they can, or the check could not fail."""
    tries = turned_round(house)
    need(house.street.reached() == [], "a socket that was turned round reached somebody")
    ours = {f"program {path}" for path in ("/run/stoop/camera.sock", "/run/systemd/notify")}
    need({tries.get(way) for way in ours} == {"reached"}, f"it cannot even reach what it must: {tries}")
    bad = {way: came for way, came in tries.items() if came in ("reached", "sent", "made", "timeout")}
    need(bad.keys() == ours, f"a socket that was turned round was not refused, or another program answers: {bad}")
    house.machine.must("nft", "flush", "chain", "inet", "stoop", "out")
    control = turned_round(house, "TemporaryFileSystem=\nBindReadOnlyPaths=\n")
    house.machine.must("systemctl", "restart", "stoop-firewall.service")
    visitor.come_back(house.the_owner())
    need(control[f"handed udp {OWN}"] == "sent", f"without rules it is refused as well, so nothing is shown: {control}")
    others = [way for way, came in control.items() if came == "reached" and way.startswith("program /run/")]
    need("program /run/dbus/system_bus_socket" in others, f"with all of /run there is no bus either: {others}")
    return (
        "in the server's place, with its user, sandbox and sockets: no socket of its own, both handed ones refuse "
        "to call, and of this machine's programs only camera and systemd can be spoken to; with the rules of the way "
        f"out flushed they call, and with all of /run {len(others) - len(ours)} others answer"
    )


def calls_where_it_was_opened(house: House) -> str:
    """A webhook on the LAN: opened, tried, and closed again."""
    owner, courier = house.the_owner(), "stoop-courier.service"
    house.street.reached()
    need(connects(house, OWN, HOLE_PORT) == "refused", "the courier's user reaches the LAN before anything is open")
    hole = {"kind": "webhook", "address": OWN, "port": HOLE_PORT, "secret": "s" * 32}
    owner.command("holes.set", hole=hole).raise_for_status()
    try:
        until(lambda: house.machine.show(courier, "ActiveState") == "active", "the courier to be started", 30)
    except Failure as failure:
        raise Failure(f"{failure}: {house.machine.log_of('stoop-holes.service', 20)}") from failure
    owner.command("holes.test", kind="webhook").raise_for_status()
    took_s = until(lambda: f"tcp from {DOORBELL}" in house.street.reached(), "the courier to call", 30)
    ways = {f"{address} {port}": connects(house, address, port) for address, port in WAYS}
    open_ones = [way for way, came in ways.items() if came == "reached"]
    need(open_ones == [f"{OWN} {HOLE_PORT}"], f"the courier's user reaches {open_ones}")
    told = house.machine.must(PYTHON.replace("python", "stoop"), "prove", "--data", "/var/lib/stoop", "--fills", "3")
    need(f"{OWN} port {HOLE_PORT}" in told, f"stoop prove does not list the way out: {told}")
    house.machine.must("systemctl", "restart", "stoop-firewall.service")
    until(lambda: connects(house, OWN, HOLE_PORT) == "reached", "rules loaded anew to know of the way out", 30)
    visitor.come_back(owner)
    names = "stoop-names.service"  # its words: a unit that has ended may be forgotten
    until(lambda: f"{names}: Deactivated successfully" in house.machine.log_of(names, 30), "the look-up of names", 60)
    owner.command("holes.close", kind="webhook").raise_for_status()
    until(lambda: connects(house, OWN, HOLE_PORT) == "refused", "the firewall to close it", 30)
    until(lambda: house.machine.show(courier, "ActiveState") == "inactive", "the courier to end", 90)
    return (
        f"a way out to {OWN} port {HOLE_PORT}, opened by the owner's signed command: the courier called there after "
        f"{took_s:.0f} s, its user reaches that and no other port or address, `stoop prove` lists it, rules loaded "
        "anew keep it; closed, nothing is reached and the courier has ended"
    )


WAYS = ((OWN, HOLE_PORT), (OWN, 80), (OWN, 443), (AWAY, HOLE_PORT), (AWAY, 443), (AWAY6, 443))


def connects(house: House, address: str, port: int) -> str:
    """ "reached" or "refused": a program that the courier's user starts outside of its unit."""
    code = f"import socket; socket.create_connection(({address!r}, {port}), 3)"
    words = ("setpriv", "--reuid=stoop-courier", "--regid=stoop-courier", "--clear-groups", "python3", "-c", code)
    return "reached" if house.machine.run(*words).returncode == 0 else "refused"


def turned_round(house: House, loosened: str = "") -> dict[str, str]:
    """What came of each try of a traitor in the server's place, with its unit `loosened` by these lines."""
    out = "/var/lib/stoop/server/turncoat.json"
    words = f"/srv/inside/turncoat.py token {out} {AWAY} {AWAY6} {OWN} 127.0.0.53"
    drop_in = f"[Service]\nType=oneshot\nRestart=no\nExecStart=\nExecStart=/usr/bin/python3 {words}\n{loosened}"
    house.machine.must("mkdir", "-p", "/etc/systemd/system/stoop-server.service.d")
    house.machine.must("sh", "-c", f"printf '{drop_in}' > /etc/systemd/system/stoop-server.service.d/turncoat.conf")
    house.machine.must("systemctl", "daemon-reload")
    house.machine.must("systemctl", "stop", "stoop-server.service")
    house.machine.must("systemctl", "start", "stoop-server.service")
    tries: dict[str, str] = json.loads(house.machine.must("cat", out))
    house.machine.must("rm", "-r", "/etc/systemd/system/stoop-server.service.d", out)
    house.machine.must("systemctl", "daemon-reload")
    house.machine.run("systemctl", "stop", "stoop-server.service", "stoop-server.socket")
    house.machine.must("systemctl", "start", "stoop-server.socket")
    house.machine.run("systemctl", "start", "--no-block", "stoop-server.service")
    return tries


def is_examined(house: House) -> str:
    """With everything in order, and with the camera stopped."""
    looks = examined(house)
    need(not any(one["state"] == "broken" for one in looks.values()), f"stoop doctor on a healthy machine: {looks}")
    wanted = ("camera", "encoder", "disk", "certificate", "firewall", "units")
    weak = [name for name in wanted if looks[name]["state"] != "good"]
    need(not weak, f"stoop doctor does not see that these are good: {[(name, looks[name]) for name in weak]}")
    house.machine.must("systemctl", "stop", "stoop-camera.service")
    ill = examined(house)
    house.machine.must("systemctl", "start", "stoop-camera.service")
    need(ill["units"]["state"] == "broken" and ill["units"]["mend"], f"a stopped camera is not seen: {ill['units']}")
    visitor.come_back(house.the_owner())
    return f"stoop doctor: {', '.join(wanted)} good; a stopped camera is told with its mend"


def examined(house: House) -> dict[str, dict[str, str]]:
    done = house.machine.run(PYTHON.replace("python", "stoop"), "doctor", "--json", limit_s=120)
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def makes_the_user_of_the_look_up(house: House) -> str:
    """A release before this one looked names up as a user of the moment: it is there while its unit runs, and the
    rules, which name it, would load until the next start and never again."""
    machine = house.machine
    unit = machine.root / "etc" / "systemd" / "system" / "stoop-names.service"
    now = unit.read_text()
    old = now.replace("User=stoop-names\nGroup=stoop-names\n", "DynamicUser=yes\nUser=stoop-names\n")
    old = re.sub("^ExecStart=.*$", "ExecStart=/bin/sleep infinity", old, flags=re.MULTILINE)
    later = "^(TemporaryFileSystem|Bind(ReadOnly)?Paths|RuntimeDirectoryPreserve|ExecStopPost)=.*\n"
    old = re.sub(later, "", old, flags=re.MULTILINE)
    need("DynamicUser" in old and "infinity" in old, "the unit of before cannot be made of this one")
    unit.write_text(old)
    machine.must("systemctl", "stop", "stoop-names.service")
    machine.must("userdel", "stoop-names")
    machine.must("rm", "-r", "/run/stoop-names")
    machine.must("systemctl", "daemon-reload")
    machine.must("systemctl", "start", "stoop-names.service")
    need("stoop-names" in machine.must("getent", "passwd", "stoop-names"), "the user of the moment is not seen")
    need("stoop-names" not in (machine.root / "etc" / "passwd").read_text(), "the user is there to stay before")
    machine.must(*INSTALL, limit_s=300)
    need(unit.read_text() == now, "the unit of before is still there")
    need("stoop-names" in (machine.root / "etc" / "passwd").read_text(), "no user that stays was made")
    machine.cut_power()
    machine.boot()
    house.street.plug_in(machine)
    visitor.come_back(house.the_owner())
    need(machine.show("stoop-firewall.service", "ActiveState") == "active", "the rules do not load at the next start")
    return (
        "a release whose look-up of names ran as a user of the moment is upgraded, and the rules load at the next start"
    )


def is_updated(house: House) -> str:
    """From the boot partition; what is unsigned, somebody else's, altered or older is refused."""
    there, ours = house.machine.root, Ed25519PrivateKey.generate()
    (there / "etc" / "stoop" / "release.pub").write_text(key_text(ours))
    boot = there / "boot" / "firmware"
    boot.mkdir(parents=True, exist_ok=True)
    before = release_of(house)
    make_update(boot / "unsigned.stoopupdate", "9.0.1", 5, None)
    make_update(boot / "stranger.stoopupdate", "9.0.1", 5, Ed25519PrivateKey.generate())
    altered = make_update(boot / "altered.stoopupdate", "9.0.1", 5, ours)
    data = bytearray(altered.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)
    for name in ("unsigned", "stranger", "altered"):
        done = update(house, f"/boot/firmware/{name}.stoopupdate")
        need(done.returncode == 2, f"the {name} update was not refused: {done.stdout}{done.stderr}")
        (boot / f"{name}.stoopupdate").unlink()
    need(release_of(house) == before, "a refused update changed something")
    make_update(boot / "good.stoopupdate", "9.0.1", 5, ours)
    done = update(house)
    need(done.returncode == 0, f"a good update failed: {done.stderr}")
    need(release_of(house).startswith("9.0.1-"), f"{release_of(house)} runs after an update to 9.0.1")
    visitor.come_back(house.the_owner())
    need(house.the_owner().state()["version"] == "9.0.1", "the camera is of another version")
    older = make_update(boot / "older.stoopupdate", "9.0.2", 5, ours)
    need(update(house).returncode == 2, "an update that is no newer was not refused")
    older.unlink()
    return "an unsigned, a stranger's, an altered and an older update were refused; a good one runs, the owner stays"


def goes_back(house: House) -> str:
    """An update that is signed and does not start."""
    ours = Ed25519PrivateKey.generate()
    (house.machine.root / "etc" / "stoop" / "release.pub").write_text(key_text(ours))
    before = release_of(house)
    make_update(house.machine.root / "boot" / "firmware" / "bad.stoopupdate", "9.0.3", 9, ours, starts=False)
    done = update(house, "/boot/firmware/bad.stoopupdate")
    need(done.returncode == 1 and "the one before is back" in done.stderr, f"{done.returncode}: {done.stderr}")
    need(release_of(house) == before, f"{release_of(house)} runs and not {before}")
    visitor.come_back(house.the_owner())
    return "an update that does not start was gone back from, and said so"


def survives_power_cuts_in_upgrades(house: House) -> str:
    """Cut while the packages go in, around the switch, and while it is judged; each time another version."""
    ours, machine, brought = Ed25519PrivateKey.generate(), house.machine, house.machine.root / "srv" / "brought"
    brought.mkdir(exist_ok=True)
    (machine.root / "etc" / "stoop" / "release.pub").write_text(key_text(ours))
    (machine.root / "opt" / "stoop" / "counter").unlink(missing_ok=True)
    ended, said = list[str](), ""
    for number, moment in enumerate(MOMENTS):
        before, version = release_of(house), f"9.1.{number}"
        file = make_update(brought / f"{version}.stoopupdate", version, 100 + number, ours)
        machine.must("systemd-run", "--quiet", "/opt/stoop/current/bin/stoop", "update", f"/srv/brought/{file.name}")
        until(lambda moment=moment: moment(house), "the upgrade to come to where it is cut", 240)  # type: ignore[misc]
        machine.cut_power()
        machine.boot(waits=False)
        house.street.plug_in(machine)
        until(lambda: not on_trial(house) and judged(house), "the upgrade to be finished or undone", 400)
        visitor.come_back(house.the_owner())
        now = release_of(house)
        need(now == before or now.startswith(f"{version}-"), f"{now} runs, neither {before} nor {version}")
        shown = machine.must("sh", "-c", "cd /opt/stoop/current/deploy/raspberry-pi/units && cat *")
        used = machine.must(
            "sh",
            "-c",
            "cd /opt/stoop/current/deploy/raspberry-pi/units && for one in *; do cat /etc/systemd/system/$one; done",
        )
        need(shown == used, f"the units that are in force are not those of {now}")
        ended.append("finished" if now != before else "undone")
        said = machine.log_of("stoop-judge.service", 20)
    shutil.rmtree(brought)
    need(set(ended) == {"finished", "undone"}, f"all {len(ended)} upgrades were {ended[0]}: {said}")
    return (
        f"the power went in {len(ended)} upgrades: {', '.join(ended)}; each time one whole version came up with its "
        "own units, and answered"
    )


def on_trial(house: House) -> bool:
    return (house.machine.root / "opt" / "stoop" / "trial").exists()


def judged(house: House) -> bool:
    return house.machine.run("systemctl", "is-active", "stoop-judge.service").stdout.strip() in ("inactive", "failed")


MOMENTS: tuple[Callable[[House], object], ...] = (
    lambda house: any((house.machine.root / "opt/stoop/releases").glob("9.1.0-*/lib/python3*/site-packages/av")),
    on_trial,
    lambda house: on_trial(house) and house.machine.run("systemctl", "is-active", "stoop-server.service").returncode,
)
"""When it is cut: its packages are half there; it is just on trial; it is in force and has not answered yet."""


def goes_back_at_the_next_start(house: House) -> str:
    """It does not answer, and the power goes before anybody could find out."""
    ours, machine = Ed25519PrivateKey.generate(), house.machine
    (machine.root / "etc" / "stoop" / "release.pub").write_text(key_text(ours))
    before, brought = release_of(house), machine.root / "srv"
    make_update(brought / "bad.stoopupdate", "9.2.0", 200, ours, starts=False)
    machine.must("systemd-run", "--quiet", "/opt/stoop/current/bin/stoop", "update", "/srv/bad.stoopupdate")
    until(lambda: release_of(house).startswith("9.2.0-"), "the upgrade to be in force", 240)
    machine.cut_power()
    machine.boot(waits=False)
    house.street.plug_in(machine)
    until(lambda: not on_trial(house) and judged(house), "the version to be judged", 600)
    need(release_of(house) == before, f"{release_of(house)} runs and not {before}")
    visitor.come_back(house.the_owner())
    return "an upgrade that does not answer, cut off by the power before it was judged, was gone back from at the start"


def updates_at_the_next_start(house: House) -> str:
    """A file on the boot partition, and nobody who says anything."""
    ours = Ed25519PrivateKey.generate()
    (house.machine.root / "etc" / "stoop" / "release.pub").write_text(key_text(ours))
    boot = house.machine.root / "boot" / "firmware"
    boot.mkdir(parents=True, exist_ok=True)
    make_update(boot / "next.stoopupdate", "9.0.7", 20, ours)
    house.machine.cut_power()
    house.machine.boot(waits=False)
    house.street.plug_in(house.machine)
    took_s = until(lambda: release_of(house).startswith("9.0.7-"), "the update to be installed", 180)
    until(
        lambda: house.machine.run("systemctl", "is-active", "stoop-update.service").stdout.strip() == "inactive",
        "its end",
        120,
    )
    visitor.come_back(house.the_owner())
    house.machine.cut_power()
    house.machine.boot(waits=False)
    house.street.plug_in(house.machine)
    until(lambda: "has done its work" in house.machine.log_of("stoop-update.service"), "a look at the file", 180)
    visitor.come_back(house.the_owner())
    told = visitor.outcome(house.the_owner())
    need(told is None, f"of a file that has done its work the app is told {told}")
    return (
        f"a signed update on the boot partition was installed at the next start, in {took_s:.0f} s; at the one after it"
        " the file was left, and the app told nothing"
    )


def is_updated_through_the_app(house: House) -> str:
    """The server's part is played by hand: it may put anything into its folder, and only the signed word counts."""
    ours, owner, brought = Ed25519PrivateKey.generate(), house.the_owner(), house.machine.root.parent / "brought"
    brought.mkdir()
    (house.machine.root / "etc" / "stoop" / "release.pub").write_text(key_text(ours))
    before, told_before = release_of(house), visitor.outcome(owner)
    first = make_update(brought / "first.stoopupdate", "9.0.11", 31, ours)
    other = make_update(brought / "other.stoopupdate", "9.0.12", 32, ours)
    bad = make_update(brought / "bad.stoopupdate", "9.0.13", 33, ours, starts=False)
    visitor.send_update(owner, first)
    house.machine.run("sleep", "5")
    need(visitor.outcome(owner) == told_before, "a file that nobody signed for was taken")
    visitor.sign_for(owner, other)
    refused = visitor.wait_for_outcome(owner, other)
    need(refused["word"] == "refused" and "not the file that" in refused["sentence"], f"another file: {refused}")
    need(release_of(house) == before, "a file that was not signed for changed something")
    visitor.send_update(owner, first)
    visitor.sign_for(owner, first)
    installed = visitor.wait_for_outcome(owner, first)
    need((installed["word"], installed["running"]) == ("installed", "9.0.11"), f"a good update: {installed}")
    visitor.come_back(owner)
    need(owner.state()["version"] == "9.0.11", "the camera is of another version")
    visitor.send_update(owner, bad)
    visitor.sign_for(owner, bad)
    failed = visitor.wait_for_outcome(owner, bad)
    need((failed["word"], failed["running"]) == ("failed", "9.0.11"), f"one that does not start: {failed}")
    need("the one before is back" in failed["sentence"], f"it does not say so: {failed}")
    visitor.come_back(owner)
    shutil.rmtree(brought)
    return (
        "sent up over the LAN in pieces: without an owner's signed word nothing takes it, another authentic file than "
        "the one signed for is refused, the right one runs, one that does not start is gone back from, and each end is "
        "told to the owner's page after the restart"
    )


def is_updated_from_a_stick(house: House) -> str:
    """A loop device with an ext4 for the stick; udev's own rule engine for what the kernel would have it do."""
    ours, content = Ed25519PrivateKey.generate(), house.machine.root.parent / "content"
    (house.machine.root / "etc" / "stoop" / "release.pub").write_text(key_text(ours))
    (content / "stoop-update").mkdir(parents=True)
    make_update(content / "new.stoopupdate", "9.0.21", 41, ours).rename(content / "stoop-update/new.stoopupdate")
    with loop_device(content) as device:
        name, number = device.name, device.stat().st_rdev
        house.machine.must("mknod", f"/dev/{name}", "b", str(os.major(number)), str(os.minor(number)))
        wants = would_start(house, name)
        need(wants == f"stoop-stick@{name}.service", f"udev would start {wants or 'nothing'} for a stick")
        house.machine.must("systemctl", "start", f"stoop-stick@{name}.service", limit_s=900)
        said = house.machine.log_of(f"stoop-stick@{name}.service")
        need(release_of(house).startswith("9.0.21-"), f"{release_of(house)} runs: {said}")
        need(name not in house.machine.must("cat", "/proc/mounts"), "the stick is still mounted")
    visitor.come_back(house.the_owner())
    told = visitor.outcome(house.the_owner()) or {}
    need((told.get("way"), told.get("word")) == ("stick", "installed"), f"the app is told {told}")
    return (
        f"udev's rules start stoop-stick@{name} for a USB file system and not for another disk's; it mounted the "
        "device read-only in a name space of its own, installed what was in stoop-update/, let it go, and told the app"
    )


@contextlib.contextmanager
def loop_device(content: Path) -> Iterator[Path]:
    """A block device whose ext4 holds what is in `content`. Raises Failure where this machine has none."""
    image = content.with_suffix(".img")
    with image.open("wb") as file:
        file.truncate(sum(path.stat().st_size for path in content.rglob("*")) * 2 + 16 * 1024 * 1024)
    for words in (["mkfs.ext4", "-q", "-d", str(content), str(image)], ["losetup", "--find", "--show", str(image)]):
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        need(done.returncode == 0, f"{words[0]}: {done.stderr.strip()}")
    device = Path(done.stdout.strip())
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", str(device)], check=True)
        image.unlink()
        shutil.rmtree(content)


def would_start(house: House, name: str) -> str:
    """What udev's rules answer for this block device as a stick; as a built-in disk it has to be nothing."""
    rules = house.machine.root / "etc/udev/rules.d/89-test.rules"
    answers = []
    for bus in ("ata", "usb"):
        as_if = f'ENV{{ID_BUS}}="{bus}", ENV{{ID_FS_USAGE}}="filesystem", ENV{{ID_FS_TYPE}}="ext4"'
        rules.write_text(f'KERNEL=="{name}", {as_if}\n')
        said = house.machine.must("udevadm", "test", "--action=add", f"/sys/class/block/{name}")
        answers.append(" ".join(re.findall(r"^SYSTEMD_WANTS=(.*)$", said, re.MULTILINE)))
    rules.unlink()
    need(answers[0] == "", f"udev would start {answers[0]} for a built-in disk")
    return answers[1]


def update(house: House, *words: str) -> subprocess.CompletedProcess[str]:
    return house.machine.run(PYTHON.replace("python", "stoop"), "update", *words, limit_s=300)


def release_of(house: House) -> str:
    return house.machine.must("readlink", "/opt/stoop/current").strip().rpartition("/")[2]


def fits_a_small_machine(house: House) -> str:
    """A minute with a viewer and a clip that is being recorded."""
    owner, minute_s = house.the_owner(), 60
    before = {unit: cpu_s(house, unit) for unit in UNITS}
    begun_s = time.monotonic()
    seen = visitor.count_pictures(owner, minute_s)
    took_s = time.monotonic() - begun_s
    told = []
    for unit in UNITS:
        share = (cpu_s(house, unit) - before[unit]) / took_s
        status = house.machine.must("cat", f"/proc/{house.machine.show(unit, 'MainPID')}/status")
        peak_mb = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) // 1024
        told.append(f"{unit.partition('.')[0]} {peak_mb} MB at most, {share:.0%} of the core")
        need(peak_mb < 320, f"{unit} took {peak_mb} MB")
        need(house.machine.show(unit, "NRestarts") == "0", f"{unit} had to be started again")
    rate, peak = seen / took_s, house.machine.peak_mb()
    whole = (
        f"; the whole machine held {peak} of 512 MB at most, one core" if peak else " (no limits: --small sets them)"
    )
    need(rate > 0.9 * 15, f"only {rate:.1f} live pictures a second")
    return f"1280x720 at 15 a second: {'; '.join(told)}; {rate:.1f} live pictures a second{whole}"


def cpu_s(house: House, unit: str) -> float:
    """What its main process has used so far."""
    fields = house.machine.must("cat", f"/proc/{house.machine.show(unit, 'MainPID')}/stat").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def refuses_without_rules(house: House) -> str:
    house.machine.must("nft", "delete", "table", "inet", "stoop")
    took_s = until(lambda: not visitor.is_answering(), "the server to stop when the rules were gone", 40)
    house.machine.run("sleep", "5")
    need(not visitor.is_answering(), "it serves again without rules")
    need("nothing is served until" in house.machine.log_of("stoop-server.service", 40), "it does not say why")
    house.machine.must("systemctl", "restart", "stoop-firewall.service")
    visitor.come_back(house.the_owner())
    return f"rules flushed: it served nobody after {took_s:.0f} s, said why, and came back with the rules"


def comes_back_when_killed(house: House) -> str:
    told = []
    for unit in UNITS:
        before = house.machine.show(unit, "MainPID")
        house.machine.must("kill", "-9", before)
        until(lambda u=unit, b=before: house.machine.show(u, "MainPID") not in ("0", b), f"{unit} to be started again")  # type: ignore[misc]  # bound now
        told.append(f"{unit.partition('.')[0]} {visitor.come_back(house.the_owner()):.0f} s")
    return f"killed and back, picture and all: {', '.join(told)}"


def comes_back_when_it_hangs(house: House) -> str:
    told = []
    for unit in UNITS:
        before = house.machine.show(unit, "MainPID")
        house.machine.must("kill", "-STOP", before)
        took_s = until(
            lambda u=unit, b=before: house.machine.show(u, "MainPID") not in ("0", b),  # type: ignore[misc]  # bound now
            f"the watchdog to end {unit}",
            120,
        )
        visitor.come_back(house.the_owner())
        told.append(f"{unit.partition('.')[0]} {took_s:.0f} s")
    return f"stopped dead, and restarted by the watchdog: {', '.join(told)}"


def survives_power_cuts(house: House) -> str:
    owner, early = house.the_owner(), 0
    for number in range(house.cuts):
        clip = visitor.start_clip(owner)
        wait_for_growth(house, clip, 1000 * (number % 7))
        house.machine.cut_power()
        house.machine.boot()
        house.street.plug_in(house.machine)
        visitor.come_back(owner)
        reports = {report.clip: report for report in list_clips(data(house), identity(house))}
        need(clip in reports, f"cut {number + 1}: the clip is gone")
        # on a starved machine the clip may have come to its own end just before
        need(reports[clip].state in ("ended early", "complete"), f"cut {number + 1}: the clip is {reports[clip].state}")
        early += reports[clip].state == "ended early"
        altered = [report.clip for report in reports.values() if report.state == "altered"]
        need(not altered, f"cut {number + 1}: altered clips {altered}")
        need(set(house.clips) <= set(reports), f"cut {number + 1}: earlier clips are gone")
        house.clips.append(clip)
        if number % 20 == 19:
            print(f"  {number + 1} power cuts so far", flush=True)
    need(early > house.cuts / 2, f"only {early} of {house.cuts} cuts met an open clip")
    return (
        f"{house.cuts} power cuts, {early} of them into an open clip: each of those ended early and opens, none was "
        "lost, the record verifies"
    )


def wait_for_growth(house: House, clip: str, more_bytes: int) -> None:
    """Until the open clip is so much longer, or has ended."""
    file = data(house) / "sealed" / "clips" / f"{clip}.age"
    begun_bytes = file.stat().st_size
    until(
        lambda: file.stat().st_size > begun_bytes + more_bytes or house.the_owner().state()["recording_clip"] != clip,
        "the clip to grow",
    )


def is_proved_on_the_machine(house: House) -> str:
    words = ["stoop", "prove", "--data", "/var/lib/stoop", "--fills", "3", "--json"]
    done = house.machine.run(PYTHON.replace("python", words[0]), *words[1:], limit_s=300)
    findings = {one["id"]: one for one in json.loads(done.stdout)["findings"]}
    failed = [f"{one['claim']} {one['detail']}" for one in findings.values() if one["result"] == "failed"]
    need(not failed, f"stoop prove: {failed}")
    wanted = ("camera-offline", "kernel-refuses", "server-dials-nobody", "firewall-holds")
    weak = [name for name in wanted if findings[name]["result"] != "proved"]
    need(not weak, f"stoop prove could not show {weak}: {[findings[name]['detail'] for name in weak]}")
    return f"stoop prove: nothing failed; from the live rules: {findings['firewall-holds']['detail']}"


def sent_nothing_away(house: House) -> str:
    """Asked before anything but our services had a reason to."""
    packets = house.street.packets_off_lan()
    need(packets == 0, f"{packets} packets went off the LAN")
    return "claim, live, clips and a second install: 0 packets from the machine to anywhere but the LAN"


def is_removed(house: House) -> str:
    said = house.machine.must(INSTALL[0], "--uninstall")
    need("/var/lib/stoop" in said, "it does not say what is left")
    left = house.machine.run("sh", "-c", "ls -d /opt/stoop /etc/stoop /etc/systemd/system/stoop* 2>/dev/null").stdout
    need(left == "", f"something is left: {left}")
    need("stoop" not in house.machine.must("nft", "list", "tables"), "the rules are left")
    need(house.machine.run("test", "-d", "/var/lib/stoop/sealed").returncode == 0, "the recordings are gone")
    house.machine.must(INSTALL[0], "--uninstall", "--purge")
    need(house.machine.run("test", "-d", "/var/lib/stoop").returncode == 1, "--purge left the recordings")
    need(house.machine.run("getent", "passwd", "stoop-camera").returncode == 2, "--purge left the users")
    return "--uninstall leaves nothing but the recordings, --purge not even those"


def data(house: House) -> Path:
    return house.machine.root / "var" / "lib" / "stoop"


def identity(house: House) -> Path:
    path = house.machine.root.parent / "identity.txt"
    path.write_text(house.the_owner().identity + "\n")
    return path


def probe(house: House, user: str | None) -> dict[str, str]:
    """What came of each try of a program that this user (None: root) starts outside of any unit of ours."""
    token = secrets.token_hex(4)
    become = [] if user is None else ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    said = house.machine.must(*become, "python3", "/srv/inside/probe.py", token, AWAY, AWAY6, OWN)
    found: dict[str, str] = json.loads(said)
    return found


Claim = Callable[[House], str]
CLAIMS: dict[str, Claim] = {
    "install": installs,
    "card-code": takes_a_code_from_the_card,
    "owner": is_claimed_and_watched,
    "name": has_its_name,
    "clips": records,
    "again": installs_again,
    "nothing-away": sent_nothing_away,
    "users": cannot_call_as_either_user,
    "units": cannot_call_from_the_units,
    "sockets": cannot_turn_the_sockets_round,
    "holes": calls_where_it_was_opened,
    "prove": is_proved_on_the_machine,
    "doctor": is_examined,
    "small": fits_a_small_machine,
    "names-upgrade": makes_the_user_of_the_look_up,
    "update": is_updated,
    "back": goes_back,
    "cut-update": survives_power_cuts_in_upgrades,
    "boot-back": goes_back_at_the_next_start,
    "boot-update": updates_at_the_next_start,
    "app-update": is_updated_through_the_app,
    "stick-update": is_updated_from_a_stick,
    "no-rules": refuses_without_rules,
    "killed": comes_back_when_killed,
    "hung": comes_back_when_it_hangs,
    "power": survives_power_cuts,
    "uninstall": is_removed,
}
LONG_ONLY = ("hung", "back", "cut-update", "boot-back", "small", "boot-update", "app-update", "stick-update")
"""Left out of the short form: it waits for watchdogs."""


def plain(name: str) -> str:
    return re.sub(r"[-_]", " ", name)
