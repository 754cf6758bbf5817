"""`python -m server` as a process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from tests.server.fakes import OWNER, camera_at, eventually, jws
from tests.server.test_sdp_offer import LINES, sdp


@contextlib.contextmanager
def server_process(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    read_end, write_end = os.pipe()
    command = [sys.executable, "-m", "server", "--data", str(folder / "data"), "--socket", str(folder / "c.sock")]
    command += ["--port", "0", "--host", "127.0.0.1", "--ready-fd", str(write_end), *arguments]
    process = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.PIPE, text=True)
    os.close(write_end)
    with os.fdopen(read_end) as ready:
        line = ready.readline()
    try:
        yield process, json.loads(line)
    finally:
        process.kill()
        process.communicate()


def _no_checks() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _get(url: str | urllib.request.Request) -> dict[str, object]:
    with urllib.request.urlopen(url, context=_no_checks()) as response:
        answer: dict[str, object] = json.load(response)
    return answer


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_serves_and_ends_cleanly(short_path: Path, number: signal.Signals) -> None:
    with server_process(short_path) as (process, ready):
        assert set(ready) == {"url", "fingerprint"}
        assert _get(ready["url"] + "/api/hello")["online"] is False
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Traceback" not in errors


def test_a_further_name_is_answered_and_certified(short_path: Path) -> None:
    with server_process(short_path, "--name", "Porch.Example") as (_, ready):
        port = ready["url"].rpartition(":")[2]
        pem = ssl.get_server_certificate(("127.0.0.1", int(port)))
        names = x509.load_pem_x509_certificate(pem.encode()).extensions
        alternatives = names.get_extension_for_class(x509.SubjectAlternativeName).value
        assert "porch.example" in alternatives.get_values_for_type(x509.DNSName)
        request = urllib.request.Request(ready["url"] + "/api/hello", headers={"Host": f"porch.example:{port}"})
        assert _get(request)["online"] is False


async def test_open_streams_do_not_hold_up_the_end(short_path: Path) -> None:
    async with camera_at(short_path / "c.sock") as camera:
        camera.answers["login"] = {"device": OWNER, "name": "Phone", "role": "owner"}
        with server_process(short_path) as (process, ready):
            await eventually(lambda: camera.connections == 1)
            origin = {"Origin": ready["url"]}
            async with httpx.AsyncClient(base_url=ready["url"], verify=_no_checks(), headers=origin) as http:
                login = await http.post("/api/login", json={"jws": jws("login")})
                cookie = {"Cookie": login.headers["set-cookie"].partition(";")[0]}
                headers = {**cookie, "Content-Type": "application/sdp", "Authorization": f"Bearer {jws('live.open')}"}
                assert (await http.post("/api/live", content=sdp(LINES), headers=headers)).status_code == 201
                async with http.stream("GET", "/api/events", headers=cookie) as events:
                    lines = events.aiter_lines()
                    assert await anext(lines) == "event: link"
                    process.send_signal(signal.SIGTERM)
                    rest = [line async for line in lines]
                    assert "event: state" in rest
            _, errors = process.communicate(timeout=20)
            assert process.returncode == 0
            assert "Traceback" not in errors


def test_its_certificate_is_the_announced_one(short_path: Path) -> None:
    with server_process(short_path) as (_, ready):
        host, _, port = ready["url"].removeprefix("https://").partition(":")
        pem = ssl.get_server_certificate((host, int(port)))
        der = ssl.PEM_cert_to_DER_cert(pem)
        import hashlib

        assert hashlib.sha256(der).digest().hex(":").upper() == ready["fingerprint"]


def test_a_taken_port_is_one_sentence_and_exit_2(short_path: Path) -> None:
    with server_process(short_path) as (_, ready):
        port = ready["url"].rpartition(":")[2]
        command = [sys.executable, "-m", "server", "--data", str(short_path), "--socket", str(short_path / "c.sock")]
        result = subprocess.run(
            [*command, "--host", "127.0.0.1", "--port", port], capture_output=True, text=True, timeout=60
        )
        assert result.returncode == 2
        assert result.stderr == (
            f"stoop: port {port} is in use by another program: stop that, or choose another port with --port\n"
        )


def test_a_data_folder_that_cannot_be_written_is_one_sentence(short_path: Path) -> None:
    (short_path / "file").write_text("")
    command = [sys.executable, "-m", "server", "--data", str(short_path / "file"), "--socket", "x", "--port", "0"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert result.returncode == 2
    assert result.stderr.startswith("stoop: ")
    assert result.stderr.count("\n") == 1


async def test_a_killed_server_comes_back_to_the_same_camera(short_path: Path) -> None:
    async with camera_at(short_path / "c.sock") as camera:
        for connections in (1, 2):
            with server_process(short_path) as (process, _):
                await eventually(lambda expected=connections: camera.connections == expected)  # type: ignore[misc]  # bound early
                process.kill()
