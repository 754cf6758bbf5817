"""The machine: the card in QEMU's arm64 board, on a LAN of its own; it can be cut off as by a fuse."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable

from tests.image import firmware
from tests.image.build import CARD_MB, DISK, MEGA
from tests.image.prepare import FOLDER
from tests.vm.machine import Failure, until

_INSIDE = (
    "import subprocess as s,base64 as b,time\nf=open('/dev/virtio-ports/i','r+b',0);e=b.b64encode\nwhile 1:\n"
    " l=f.readline().strip()\n if not l:time.sleep(1);continue\n"
    " p=s.run(['bash','-c',b.b64decode(l)],capture_output=1,stdin=-3)\n"
    " d=b'%s %s %d\\n'%(e(p.stdout),e(p.stderr),p.returncode)\n while d:d=d[f.write(d):]\n"
)
_UNIT = (
    "[Unit]\nDefaultDependencies=no\nAfter=local-fs.target\n[Service]\n"
    "ExecStart=/usr/bin/python3 -c \"exec(__import__('base64').b64decode('{}'))\"\n"
)
_PATIENCE = "[Service]\nTimeoutStartSec=1800\nWatchdogSec=600\n"
"""Python alone takes a minute to start under emulation: the units' own limits are for a Pi."""
_LATE = "[Timer]\nOnBootSec=\nOnBootSec=1h\n"
_DEVICES = "systemd.default_device_timeout_sec=1800 systemd.default_timeout_start_sec=1800"
BOOT_LIMIT_S = 2400.0
"""Under emulation, on a machine that others use as well."""


class Arm:
    """The card as it was built; the kernel's command line brings patience and a unit that runs what the tests ask."""

    def __init__(self) -> None:
        self.console, self._socket = FOLDER / "console.log", FOLDER / "inside.sock"
        self._qemu: subprocess.Popen[bytes] | None = None
        self._inside: socket.socket | None = None
        self._told = 0
        self.slot = ""

    def lay_out(self) -> None:
        """A card larger than the image."""
        os.truncate(DISK, CARD_MB * MEGA)
        self.console.write_bytes(b"")

    def power_on(self, *, is_trial: bool = False) -> None:
        start = firmware.choose(is_trial=is_trial)
        self.slot, self._told = start.slot, self.console.stat().st_size if self.console.exists() else 0
        unit = _UNIT.format(base64.b64encode(_INSIDE.encode()).decode())
        extra = [_DEVICES, _credential("systemd.extra-unit.inside.service", unit), "systemd.wants=inside.service"]
        extra += [
            _credential(f"systemd.unit-dropin.{name}.service", _PATIENCE)
            for name in ("stoop-camera", "stoop-server", "stoop-holes", "stoop-trial")
        ]
        extra.append(_credential("systemd.unit-dropin.stoop-trial-limit.timer", _LATE))
        self._socket.unlink(missing_ok=True)
        kept = FOLDER / "console.part"
        self._qemu = firmware.qemu(start, kept, self._socket, " ".join(extra))
        self.console, self._told = kept, 0

    def reach(self, limit_s: float = BOOT_LIMIT_S) -> float:
        """Seconds until the machine runs what it is asked. Raises Failure."""
        begun_s = time.monotonic()
        until(self._socket.exists, "the emulator to start", 60)
        self._inside = socket.socket(socket.AF_UNIX)
        self._inside.connect(str(self._socket))
        self._ask("true", limit_s)
        return time.monotonic() - begun_s

    def wait_for_end(self, limit_s: float) -> bool:
        """Until the machine starts again by itself; whether it asked for a trial. Raises Failure."""
        assert self._qemu is not None
        try:
            self._qemu.wait(limit_s)
        except subprocess.TimeoutExpired as error:
            raise Failure(f"the machine did not start again within {limit_s:.0f} s") from error
        self._close()
        shutil.copy(self.console, FOLDER / f"console-{int(time.time())}.log")
        return firmware.was_asked_for_a_trial(self.console, 0)

    def cut_power(self) -> None:
        if self._qemu is not None and self._qemu.poll() is None:
            os.killpg(self._qemu.pid, signal.SIGKILL)
            self._qemu.wait(30)
        self._close()

    def run(self, *words: str, limit_s: float = 240) -> subprocess.CompletedProcess[str]:
        """As root inside."""
        quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)
        return self._ask(quoted, limit_s)

    def must(self, *words: str, limit_s: float = 240) -> str:
        """Standard output of a command that has to succeed. Raises Failure."""
        done = self.run(*words, limit_s=limit_s)
        if done.returncode:
            raise Failure(f"{' '.join(words)[:200]} ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
        return done.stdout

    def show(self, unit: str, name: str) -> str:
        return self.must("systemctl", "show", "--value", "-p", name, unit).strip()

    def log_of(self, unit: str, lines: int = 15) -> str:
        return self.run("journalctl", "--no-pager", "-o", "cat", "-n", str(lines), "-u", unit).stdout

    def wait_until(self, check: Callable[[], bool], what: str, limit_s: float) -> float:
        return until(check, what, limit_s)

    def _ask(self, script: str, limit_s: float) -> subprocess.CompletedProcess[str]:
        assert self._inside is not None
        self._inside.settimeout(limit_s)
        answer = b""
        try:
            self._inside.sendall(base64.b64encode(f"cd /; export LANG=C.UTF-8; {script}".encode()) + b"\n")
            while not answer.endswith(b"\n"):
                more = self._inside.recv(65536)
                if not more:
                    raise Failure(f"the machine went away while it ran: {script[:120]}")
                answer += more
        except OSError as error:
            raise Failure(f"the machine did not answer ({error}) to: {script[:120]}") from error
        out, err, code = answer[:-1].split(b" ")
        said = (base64.b64decode(part).decode("utf-8", "replace") for part in (out, err))
        return subprocess.CompletedProcess(script, int(code), *said)

    def _close(self) -> None:
        if self._inside is not None:
            self._inside.close()
            self._inside = None


def _credential(name: str, text: str) -> str:
    """As PID 1 takes it from the kernel's command line (systemd 256 and newer)."""
    return f"systemd.set_credential_binary={name}:{base64.b64encode(text.encode()).decode()}"
