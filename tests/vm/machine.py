"""The machine: Debian under systemd-nspawn on a layer that is thrown away; it can be cut off as by a fuse."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.markdown import ROOT
from tests.vm.prepare import BASE, FOLDER, WHEELS

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
BOOT_LIMIT_S = 90
SMALL_BYTES = 512 * 1024 * 1024


class Failure(AssertionError):
    """Something is not as claimed; the message is one sentence."""


class Machine:
    """One system with its root in an overlay over the base. Root in namespaces of its own (network, mounts, processes).

    What is written stays over a power cut and goes with the next `Machine`.
    """

    def __init__(self, folder: Path = FOLDER, *, is_small: bool = False) -> None:
        """`is_small`: 512 MB and one core for the whole system, swap off (control groups, version 1 or 2)."""
        self._is_small = is_small
        self._folder = folder / "run"
        self.root = self._folder / "root"
        self._log = self._folder / "console.log"
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._group = _own_group()
        self.leader = 0

    def lay_out(self) -> None:
        """A fresh layer with the deploy folder, the locks and the wheels in /srv."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for name in ("upper", "work", "root"):
            (self._folder / name).mkdir(parents=True)
        layers = f"lowerdir={BASE},upperdir={self._folder / 'upper'},workdir={self._folder / 'work'}"
        _must(["mount", "-t", "overlay", "stoop-vm", "-o", layers, str(self.root)])
        (self.root / "etc" / "machine-id").write_text("uninitialized\n")
        (self.root / "etc" / "hostname").write_text("porch\n")
        (self.root / "etc" / "hosts").write_text("127.0.0.1 localhost porch\n::1 localhost\n")
        (self.root / "etc" / "resolv.conf").unlink(missing_ok=True)
        there = self.root / "srv" / "stoop"
        shutil.copytree(ROOT / "deploy", there / "deploy")
        shutil.copy(ROOT / "requirements.lock", there)
        shutil.copytree(Path(__file__).parent / "inside", self.root / "srv" / "inside")
        (self.root / "srv" / "wheels").mkdir()
        _must(["mount", "--bind", str(WHEELS), str(self.root / "srv" / "wheels")])

    def boot(self, *, waits: bool = True) -> float:
        """Seconds until systemd is through, or with `waits` off until it answers. Raises Failure."""
        begun_s = time.monotonic()
        capabilities = "--capability=CAP_BPF,CAP_NET_ADMIN,CAP_SYS_ADMIN,CAP_PERFMON"
        words = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "-D", str(self.root)]
        words += ["--boot", capabilities, "--system-call-filter=bpf perf_event_open", "--console=read-only"]
        group = self._group = _own_group()
        with self._log.open("ab") as log:
            self._nspawn = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                preexec_fn=lambda: _be_apart(group, is_small=self._is_small),  # noqa: PLW1509  (one thread writes here)
            )
        until(self._has_leader, "the machine to start", BOOT_LIMIT_S)
        enough = ("running", "degraded") if waits else ("running", "degraded", "starting")
        until(lambda: self._state() in enough, "the machine to boot", BOOT_LIMIT_S)
        return time.monotonic() - begun_s

    def peak_mb(self) -> int | None:
        """The most memory that the small machine held at once, its file cache included; None for one without limit."""
        if not self._is_small:
            return None
        folder = _small_folder(self._group)
        names = ("memory.max_usage_in_bytes", "memory.peak")
        peak = next(int((folder / name).read_text()) for name in names if (folder / name).exists())
        return peak // 1024 // 1024

    def cut_power(self) -> None:
        """Every process of the machine ends at once and unasked."""
        os.kill(self.leader, signal.SIGKILL)
        assert self._nspawn is not None
        self._nspawn.wait(30)
        for group in (self._group, _small_folder(self._group)):
            _remove_group(group)
        self.leader = 0

    def run(self, *words: str, limit_s: float = 120) -> subprocess.CompletedProcess[str]:
        """As root inside, with nothing of our environment."""
        enter = ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-n", "-p", "-C"]
        return subprocess.run(
            [*enter, "env", "-i", f"PATH={_PATH}", "HOME=/root", "LANG=C.UTF-8", *words],
            capture_output=True,
            text=True,
            timeout=limit_s,
            check=False,
        )

    def must(self, *words: str, limit_s: float = 120) -> str:
        """Standard output of a command that has to succeed. Raises Failure."""
        done = self.run(*words, limit_s=limit_s)
        if done.returncode:
            raise Failure(f"{' '.join(words)} ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}")
        return done.stdout

    def show(self, unit: str, name: str) -> str:
        """A property of a unit."""
        return self.must("systemctl", "show", "--value", f"--property={name}", unit).strip()

    def log_of(self, unit: str, lines: int = 12) -> str:
        return self.run("journalctl", "-b", "-o", "cat", "--no-pager", "-n", str(lines), "-u", unit).stdout

    def _has_leader(self) -> bool:
        assert self._nspawn is not None
        if self._nspawn.poll() is not None:
            raise Failure(f"systemd-nspawn ended: {self._log.read_text(errors='replace')[-500:]}")
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        self.leader = int(children[0]) if children else 0
        return self.leader > 0 and Path(f"/proc/{self.leader}/comm").read_text().strip() == "systemd"

    def _state(self) -> str:
        return self.run("systemctl", "is-system-running").stdout.strip()


def _own_group() -> Path:
    """A name for the control group of one boot.

    In one that boots share, the kernel keeps the BPF programs of each and takes no more after 64; and machines that run
    at the same time end each other's processes.
    """
    second = Path("/sys/fs/cgroup/unified")
    return (second if second.exists() else second.parent) / f"stoop-vm-{secrets.token_hex(4)}"


def _remove_group(group: Path) -> None:
    """And those in it; one that is still in use stays."""
    inner = sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True) if group.exists() else []
    for folder in (*inner, group):
        with contextlib.suppress(OSError):
            folder.rmdir()


def _be_apart(group: Path, *, is_small: bool) -> None:
    """Between fork and exec. Raises OSError."""
    group.mkdir()
    (group / "cgroup.procs").write_text(str(os.getpid()))
    if is_small:
        _be_small(group)


def _small_folder(group: Path) -> Path:
    """Where the memory of one boot is limited: in its own group, or under the same name beside it."""
    first = Path("/sys/fs/cgroup/memory")
    return first / group.name if first.exists() else group


def _be_small(group: Path) -> None:
    """Between fork and exec. Raises OSError, FileNotFoundError where the limits are not to be had."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder = _small_folder(group)
    folder.mkdir(exist_ok=True)
    limit = folder / "memory.limit_in_bytes"
    (limit if limit.exists() else folder / "memory.max").write_text(str(SMALL_BYTES))
    (folder / "cgroup.procs").write_text(str(os.getpid()))


def until(is_so: Callable[[], object], what: str, limit_s: float = 60) -> float:
    """Seconds that it took. Raises Failure when it does not come about."""
    begun_s = time.monotonic()
    while not is_so():
        if time.monotonic() - begun_s > limit_s:
            raise Failure(f"waited {limit_s:.0f} s for {what}")
        time.sleep(0.1)
    return time.monotonic() - begun_s


def _must(words: list[str]) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"{' '.join(words)}: {done.stderr.strip()}")
