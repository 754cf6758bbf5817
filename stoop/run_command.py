"""`stoop run`: camera, server and courier on this machine, with all an owner needs to find the page printed once."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

from rich.panel import Panel

from camera.__main__ import open_lens
from camera.atomic_file import replace_file
from camera.doorbell.evdev import find_button
from camera.errors import SettingsError
from camera.settings import read_settings
from camera.sources import SourceError
from server.certificate import lan_addresses
from server.courier.names import NAMES
from stoop.names import wanted
from stoop.supervise import Part, Supervisor, socket_path
from stoop.terminal import new_console
from stoop.terminal_bell import is_possible, terminal_bell


def run_fresh(source: str | None, config: Path | None, port: int | None, ready_file: Path | None) -> int:
    """As `run`, on a data folder that begins empty and goes at the end."""
    with tempfile.TemporaryDirectory(prefix="stoop-demo-", ignore_cleanup_errors=True) as folder:
        return run(source, Path(folder), config, port, ready_file)


def run(source: str | None, data: Path, config: Path | None, port: int | None, ready_file: Path | None) -> int:
    """Until Ctrl-C; the exit code. What cannot work is said in one sentence before anything is started."""
    data = data.absolute()
    try:
        settings = read_settings(config)
        _must_open(source or settings.source, config)
        data.mkdir(mode=0o750, parents=True, exist_ok=True)
        socket = socket_path(data)
    except (SettingsError, SourceError) as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"the data folder {data} cannot be used ({error.strerror or error}): choose another with --data")
    python = [sys.executable, "-m"]
    sourced = ["--source", source] if source else []
    configured = ["--config", str(config.absolute())] if config else []
    names = [word for name in settings.server.names for word in ("--name", name)]
    port = port or settings.server.port

    has_key = settings.camera.button == "evdev" and not find_button() and is_possible()
    button = socket.parent / "button"
    pressed = ["--button", f"evdev:{button}"] if has_key else []

    def camera(fd: int) -> Sequence[str]:
        words = ["--data", str(data), "--socket", str(socket), "--status-fd", str(fd)]
        return [*python, "camera", *words, *sourced, *configured, *pressed]

    def server(fd: int) -> Sequence[str]:
        words = ["--data", str(data), "--socket", str(socket), "--port", str(port), "--ready-fd", str(fd)]
        return [*python, "server", *words, *names]

    def courier(_: int) -> Sequence[str]:
        return [*python, "server.courier", "--data", str(data), "--socket", str(socket)]

    listed = socket.with_name("holes.json")

    def lookups(_: int) -> Sequence[str]:
        return [*python, "stoop", "names", "--list", str(listed), "--out", str(socket.with_name(NAMES))]

    listed.unlink(missing_ok=True)  # of another run: the camera makes it anew
    os.environ["OTEL_SDK_DISABLED"] = "true"
    announce = Announcement(data, ready_file, has_key=has_key)
    parts = [
        Part("camera", camera, frozenset({"claim_code"})),
        Part("server", server, frozenset({"url", "fingerprint"})),
        Part("courier", courier, frozenset(), is_wanted=listed.exists, is_needed=False),
        Part("names", lookups, frozenset(), is_wanted=lambda: bool(wanted(listed)), is_needed=False),
    ]
    with terminal_bell(button) if has_key else nullcontext() as bell:
        return Supervisor(parts, announce, bell).run()


class Announcement:
    """Prints the address once and each new claim code; keeps the ready file true."""

    def __init__(self, data: Path, ready_file: Path | None, *, has_key: bool = False) -> None:
        """`has_key`: the terminal's key b rings the bell."""
        self._data, self._ready_file, self._has_key = data, ready_file, has_key
        self._shown: tuple[object, object] | None = None
        self._console = new_console()

    def __call__(self, parts: Sequence[Part]) -> None:
        said: dict[str, object] = {key: value for part in parts for key, value in part.said.items()}
        if "url" not in said or "claim_code" not in said:
            return
        facts: dict[str, object] = {
            "url": said["url"],
            "claim_code": said["claim_code"],
            "fingerprint": said["fingerprint"],
            "data": str(self._data),
            "pids": {part.name: part.process.pid for part in parts if part.process},
        }
        if self._ready_file:
            replace_file(self._ready_file.absolute(), json.dumps(facts).encode() + b"\n")
        if (facts["url"], facts["claim_code"]) != self._shown:
            self._shown = (facts["url"], facts["claim_code"])
            self._show(facts)

    def _show(self, facts: dict[str, object]) -> None:
        lines = [f"Open       [bold]{facts['url']}[/bold]"]
        lines += [f"Phone      [bold]{url}[/bold]" for url in phone_urls(str(facts["url"]))]
        if facts["claim_code"]:
            lines.append(f"Code       [bold]{facts['claim_code']}[/bold]  (good for ten minutes, for one owner)")
        lines.append(
            "[dim]The browser will warn once: the certificate is this camera's own. Its fingerprint:\n"
            f"{halves(str(facts['fingerprint']))}[/dim]"
        )
        self._console.print(
            Panel(
                "\n".join(lines),
                title="Stoop is watching",
                subtitle="b rings the bell, Ctrl-C ends it" if self._has_key else "Ctrl-C ends it",
                expand=False,
            )
        )


def phone_urls(local_url: str) -> list[str]:
    """The same page as other devices on the LAN reach it: one for each IPv4 address of this machine."""
    port = local_url.rpartition(":")[2] if local_url.count(":") == 2 else "443"
    addresses = [address for address in lan_addresses() if ":" not in address]
    return [f"https://{address}:{port}" for address in addresses[:2]]


def halves(fingerprint: str) -> str:
    """32 bytes in two lines of 16, so that a person can compare them."""
    parts = fingerprint.split(":")
    return "\n".join(":".join(parts[start : start + 16]) for start in range(0, len(parts), 16))


def _must_open(spec: str, config: Path | None) -> None:
    """Raises SourceError with the fix when the source cannot even be opened once."""
    open_lens(spec, read_settings(config).camera).close()


def _refuse(sentence: str) -> int:
    print(f"stoop: {sentence}", file=sys.stderr)
    return 2
