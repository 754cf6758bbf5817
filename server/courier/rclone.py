"""Runs rclone, one job at a time a caller, to one box; the settings go by its environment, so no secret is on the disk.

rclone opens the connections; this module gives it no other address than the one of the open hole. It reads sealed
files as they are and can open none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from camera.contract import Mirror, place_of, read_address
from server.courier.errors import CourierError
from server.courier.rclone_words import fingerprint, in_words

JOB_LIMIT_S = 300.0
SCAN_LIMIT_S = 15.0
WAIT_STEP_S = 10.0
_FLAGS = (
    "--config", os.devnull, "--retries", "1", "--low-level-retries", "2", "--contimeout", "5s", "--timeout", "20s",
    "--transfers", "1", "--checkers", "1", "--buffer-size", "1M", "--use-server-modtime", "--log-level", "ERROR",
)  # fmt: skip
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR")


class Listed(msgspec.Struct, frozen=True):
    """One line of `lsjson`; RFC 3339 in the other side's time."""

    mod_time: str = msgspec.field(name="ModTime")


@dataclass(frozen=True, slots=True)
class Rclone:
    """Jobs against one box. Each raises CourierError with a sentence that names no secret. Safe from any thread."""

    hole: Mirror
    folder: Path
    """For the other side's SSH keys, 0700."""
    on_wait: Callable[[], None] = lambda: None
    """Called every few seconds while a job runs."""
    _running: set[int] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def target(self) -> str:
        """16 hex digits that are others for every other place."""
        said = f"{self.hole.protocol} {place_of(self.hole)} {self.hole.user} {self.hole.folder}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def copy(self, source: Path, names: Sequence[str]) -> None:
        """These files below `source`, whole, over what is there; one that is gone here is left out."""
        words = ["copy", str(source), self._at(), "--files-from-raw", "-", "--ignore-times", "--no-traverse"]
        self._run([*words, "--max-duration", f"{JOB_LIMIT_S:.0f}s"], "\n".join(names).encode())

    def put(self, name: str, data: bytes) -> None:
        """One small file, from memory."""
        self._run(["rcat", self._at(name), "--size", str(len(data))], data)

    def hashes(self, names: Sequence[str]) -> dict[str, str]:
        """SHA-256 of what the box gives back for these, read whole; a missing one is left out."""
        out = self._run(
            ["hashsum", "sha256", self._at(), "--download", "--files-from-raw", "-"], "\n".join(names).encode()
        )
        lines = (line.partition("  ") for line in out.decode("utf-8", "replace").splitlines())
        return {name: digest for digest, _, name in lines}

    def purge(self, name: str) -> None:
        """A folder and all in it; one that is not there is no fault."""
        with contextlib.suppress(CourierError):
            self._run(["purge", self._at(name)])

    def delete_older(self, days: int) -> None:
        """Clips, thumbnails and parts that lie there for longer, by the box's own times; never the journal."""
        kinds = ("/clips/**", "/thumbs/**", "/open/**")
        self._run(
            ["delete", self._at(), "--min-age", f"{days}d", *(word for kind in kinds for word in ("--include", kind))]
        )

    def time_of(self, name: str) -> str:
        """When the box says that it got this file."""
        out = self._run(["lsjson", "--stat", self._at(name)])
        try:
            return msgspec.json.decode(out, type=Listed).mod_time
        except msgspec.DecodeError as error:
            raise CourierError(f"{place_of(self.hole)} tells no time for what it holds") from error

    def meet(self) -> str:
        """The fingerprint of the box's SSH key, kept at the first meeting and held to from then on; empty without."""
        if self.hole.protocol != "sftp":
            return ""
        if not self.known_hosts.exists():
            self.known_hosts.write_bytes(self._scan())
        return fingerprint(self.known_hosts.read_text())

    def forget(self) -> None:
        """The owner closed this: another key may come next time."""
        self.known_hosts.unlink(missing_ok=True)

    def kill_all(self) -> None:
        """End what runs, now."""
        with self._lock:
            for group in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(group, signal.SIGKILL)

    @property
    def known_hosts(self) -> Path:
        return self.folder / f"known-hosts-{self.target}"

    def _at(self, name: str = "") -> str:
        """As rclone names it; relative to where the account lands unless the folder begins with a slash."""
        return f"BOX:{self.hole.folder}" + (f"/{name}" if name else "")

    def _run(self, words: Sequence[str], data: bytes = b"") -> bytes:
        program = shutil.which("rclone")
        if program is None:
            raise CourierError("the program rclone is not installed on the camera: install the Debian package rclone")
        return self._call([program, *words, *_FLAGS], data, self._environment(program), JOB_LIMIT_S)

    def _scan(self) -> bytes:
        """The SSH keys that the box shows. Raises CourierError."""
        program = shutil.which("ssh-keyscan")
        if program is None:
            raise CourierError("the program ssh-keyscan is not installed on the camera: install openssh-client")
        address = str(read_address(self.hole.address, is_off_lan=self.hole.is_off_lan))
        words = [program, "-T", "5", "-p", str(self.hole.port), address]
        nobody = f"nobody answers at {place_of(self.hole)}: check that the box is on, and the address"
        try:
            found = self._call(words, b"", {}, SCAN_LIMIT_S)
        except CourierError as error:
            raise CourierError(nobody) from error
        if not found.strip():
            raise CourierError(nobody)
        return found

    def _call(self, words: Sequence[str], data: bytes, more: Mapping[str, str], limit_s: float) -> bytes:
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ} | dict(more)
        process = subprocess.Popen(  # noqa: S603 - no shell; every word is ours or was checked
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
            start_new_session=True,
        )  # fmt: skip
        with self._lock:
            self._running.add(process.pid)
        try:
            out, said = self._wait_for(process, data, limit_s)
        finally:
            with self._lock:
                self._running.discard(process.pid)
        if process.returncode:
            raise CourierError(in_words(said.decode("utf-8", "replace"), place_of(self.hole)))
        return out

    def _wait_for(self, process: subprocess.Popen[bytes], data: bytes, limit_s: float) -> tuple[bytes, bytes]:
        deadline_s = time.monotonic() + limit_s
        while True:
            try:
                return process.communicate(data, WAIT_STEP_S)
            except subprocess.TimeoutExpired as error:
                self.on_wait()
                if time.monotonic() < deadline_s:
                    continue
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
                raise CourierError(f"{place_of(self.hole)} is too slow: nothing came through in time") from error

    def _environment(self, program: str) -> dict[str, str]:
        """The box as rclone's remote BOX."""
        read_address(self.hole.address, is_off_lan=self.hole.is_off_lan)
        settings = _SETTINGS[self.hole.protocol](self, program)
        named = {f"RCLONE_CONFIG_BOX_{key.upper()}": value for key, value in settings.items()}
        return {**named, "GOMEMLIMIT": "40MiB", "HOME": str(self.folder), "NO_PROXY": "*"}

    def obscured(self, program: str) -> str:
        """A password as rclone wants it: hidden from a glance, not encrypted."""
        if not self.hole.secret:
            return ""
        return self._call([program, "obscure", "-"], self.hole.secret.encode(), {}, SCAN_LIMIT_S).decode().strip()


def _sftp(job: Rclone, program: str) -> dict[str, str]:
    job.meet()
    hole = job.hole
    way_in = {"pass": job.obscured(program)}
    if hole.secret.startswith("-----BEGIN"):
        way_in = {"key_pem": hole.secret.replace("\r", "").replace("\n", "\\n")}
    return {
        "type": "sftp", "host": hole.address, "port": str(hole.port), "user": hole.user, **way_in,
        "known_hosts_file": str(job.known_hosts), "shell_type": "none", "md5sum_command": "none",
        "sha1sum_command": "none", "disable_hashcheck": "true", "set_modtime": "false",
    }  # fmt: skip


def _webdav(job: Rclone, program: str) -> dict[str, str]:
    url = f"http{'s' if job.hole.is_tls else ''}://{place_of(job.hole)}/"
    return {"type": "webdav", "url": url, "vendor": "other", "user": job.hole.user, "pass": job.obscured(program)}


def _s3(job: Rclone, _: str) -> dict[str, str]:
    url = f"http{'s' if job.hole.is_tls else ''}://{place_of(job.hole)}"
    return {
        "type": "s3", "provider": "Other", "endpoint": url, "access_key_id": job.hole.user,
        "secret_access_key": job.hole.secret, "force_path_style": "true", "no_check_bucket": "true",
    }  # fmt: skip


_SETTINGS = {"sftp": _sftp, "webdav": _webdav, "s3": _s3}
