"""The server process: certificate, ports, app, and a clean end."""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import logging
import os
import re
import signal
import ssl
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from server.app import create_app
from server.canary import ways_out
from server.certificate import ServerCertificate, ensure_certificate, own_names
from server.connection_gate import ConnectionGate, GatedListener
from server.handed_over import HandedOver, take_handed_over
from server.http_protocol import protocol_class
from server.listening import EVERYWHERE, CannotListenError, LanServer, open_listeners
from server.security import HostNames
from server.service_manager import ServiceManager
from server.services import Services, make_services
from server.shared_datagrams import SharedDatagrams

WEB_DIR = Path(__file__).parent / "web_app"
_MAX_HEAD_BYTES = 16 * 1024
_END_LIMIT_S = 1
_HOST_NAME = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(\.(?!-)[A-Za-z0-9-]{1,63})*", re.ASCII)

_CANARY_S = 10.0
"""A firewall that somebody switches off is noticed within so long."""

Ready = Callable[[str, str], None]


class NotHeldError(Exception):
    """The kernel would let this process out although its units say it must not; the message is one sentence."""


def run_server(
    data_dir: Path,
    port: int,
    socket_path: Path,
    ready: Ready,
    hosts: Sequence[str] = EVERYWHERE,
    *,
    names: Sequence[str] = (),
    web_dir: Path = WEB_DIR,
    handed: HandedOver | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, then end within 2 s.

    `ready(url, fingerprint)` is called once requests are answered. `names` are further host names of this machine.
    With `handed` it serves on those sockets, opens none, and only as long as the kernel holds it.
    Call from the main thread.
    Raises CannotListenError when a port cannot be opened, OSError when DATA/server cannot be written, NotHeldError.
    """
    if handed is not None:
        _must_be_held(handed)
    gate = ConnectionGate()
    listeners = [handed.listener(gate)] if handed else open_listeners(hosts, port, gate)
    try:
        all_names = sorted({*own_names(), *names, *(host for host in hosts if host not in EVERYWHERE)})
        now = datetime.datetime.now(datetime.UTC)
        certificate = ensure_certificate(data_dir / "server", all_names, now)
        actual_port = listeners[0].getsockname()[1]
        services = make_services(data_dir, socket_path, web_dir)
        server = _make_server(services, HostNames(all_names, actual_port), certificate, gate)
        asyncio.run(
            _serve(
                server, services, listeners, lambda: ready(_url(hosts, actual_port), certificate.fingerprint), handed
            )
        )
    finally:
        for listener in listeners:
            listener.close()


def _make_server(
    services: Services, hosts: HostNames, certificate: ServerCertificate, gate: ConnectionGate
) -> LanServer:
    config = uvicorn.Config(
        create_app(services, hosts),
        http=protocol_class(gate),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=_END_LIMIT_S,
        h11_max_incomplete_event_size=_MAX_HEAD_BYTES,
        ssl_keyfile=certificate.key_path,
        ssl_certfile=certificate.certificate_path,
    )
    config.load()
    assert config.ssl is not None
    config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return LanServer(config)


def _must_be_held(handed: HandedOver) -> None:
    if found := ways_out(handed.datagrams):
        raise NotHeldError(
            f"{'; '.join(found)}: nothing is served until stoop-firewall.service and the units of "
            "deploy/raspberry-pi are in force"
        )


async def _serve(
    server: LanServer,
    services: Services,
    listeners: list[GatedListener],
    serving: Callable[[], None],
    handed: HandedOver | None,
) -> None:
    manager = ServiceManager.of(os.environ, os.getpid())
    if handed is not None:
        services.live.share(await SharedDatagrams.on(handed.datagrams.dup()))
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    running = asyncio.create_task(server.serve(sockets=list(listeners)))
    ending = asyncio.create_task(end.wait())
    living = asyncio.create_task(_live(manager, handed))
    try:
        while not server.started and not running.done() and not end.is_set():
            await asyncio.sleep(0.01)
        if server.started:
            serving()
            manager.ready()
        await asyncio.wait({running, ending, living}, return_when=asyncio.FIRST_COMPLETED)
        await services.close_streams()
        server.should_exit = True
        await running
        if living.done():
            living.result()
    finally:
        ending.cancel()
        living.cancel()


async def _live(manager: ServiceManager, handed: HandedOver | None) -> None:
    """Signs of life for systemd, for as long as the kernel holds this process. Raises NotHeldError."""
    pause_s = min(_CANARY_S, manager.watchdog_s / 3) if manager.watchdog_s else _CANARY_S
    while True:
        if handed is not None:
            _must_be_held(handed)
        manager.alive()
        await asyncio.sleep(pause_s)


def _url(hosts: Sequence[str], port: int) -> str:
    host = "localhost" if hosts[0] in EVERYWHERE else hosts[0]
    return f"https://{f'[{host}]' if ':' in host else host}" + ("" if port == 443 else f":{port}")


def main(arguments: Sequence[str] | None = None) -> int:
    """`python -m server`: 0 after a clean end, 2 when it could not begin."""
    parser = argparse.ArgumentParser(prog="python -m server", description="Stoop's LAN face.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--socket", type=Path, required=True, help="the camera's Unix socket")
    listening = parser.add_mutually_exclusive_group(required=True)
    listening.add_argument("--port", type=int, help="the TCP port; 0 takes a free one")
    listening.add_argument("--handed-over", action="store_true", help="serve on the sockets that systemd hands over")
    parser.add_argument("--host", action="append", help="an address to listen on; all when left out")
    parser.add_argument("--name", action="append", type=_host_name, help="a further host name of this machine")
    parser.add_argument("--ready-fd", type=int, help="gets one JSON line with url and fingerprint once serving")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="server: %(levelname)s: %(message)s")
    for quiet, level in (("uvicorn.error", logging.CRITICAL), ("aioice", logging.WARNING), ("aiortc", logging.WARNING)):
        logging.getLogger(quiet).setLevel(level)
    try:
        hosts, names = options.host or EVERYWHERE, options.name or ()
        handed = take_handed_over(os.environ, os.getpid()) if options.handed_over else None
        announce = _announcer(options.ready_fd)
        run_server(options.data, options.port or 0, options.socket, announce, hosts, names=names, handed=handed)
    except (CannotListenError, NotHeldError) as error:
        sys.stderr.write(f"stoop: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(
            f"stoop: {error.filename or options.data}: {error.strerror or error}: give --data a folder to write\n"
        )
        return 2
    return 0


def _host_name(text: str) -> str:
    """A host name in lower case. Raises ArgumentTypeError, which argparse says in a sentence."""
    if not _HOST_NAME.fullmatch(text) or len(text) > 253:
        raise argparse.ArgumentTypeError(f"{text!r} is no host name: letters, digits and hyphens with dots between")
    return text.lower()


def _announcer(ready_fd: int | None) -> Ready:
    def announce(url: str, fingerprint: str) -> None:
        if ready_fd is not None:
            with os.fdopen(ready_fd, "w") as file:
                file.write(json.dumps({"url": url, "fingerprint": fingerprint}) + "\n")

    return announce
