"""Networks, routes, recognisers and memory: each check passes on what is installed and fails on a planted fault."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

import stoop.prove.kernel
from camera.contract import Phone, Push
from camera.hole_desk import OpenHoles
from camera.settings import Settings
from server.routes import ROUTES, Route
from stoop.prove.holes import holes, remote_address
from stoop.prove.installation import CODE, Installation
from stoop.prove.kernel import has_way, kernel_refuses, ways_out
from stoop.prove.memory import memory
from stoop.prove.network import camera_code_offline, camera_offline, server_code_dials_nobody, server_dials_nobody
from stoop.prove.people import no_recognition
from stoop.prove.processes import OpenSocket, Running, find_running
from stoop.prove.routes import route_faults, routes, routes_built
from stoop.prove.routes_live import TEMPTING, answer_faults, filled, routes_answer
from stoop.supervise import socket_path
from tests.stoop.prove.fakes import FakeProc, fake_proc


@pytest.fixture
def proc(tmp_path: Path) -> FakeProc:
    return fake_proc(tmp_path / "proc", "python", "-m", "camera", "--data", "data")


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A copy of our packages that a test may spoil."""
    for package in ("camera", "server", "stoop"):
        shutil.copytree(
            CODE / package, tmp_path / "code" / package, ignore=shutil.ignore_patterns("__pycache__", "web_app")
        )
    return tmp_path / "code"


def installation(tmp_path: Path, proc: FakeProc) -> Installation:
    return Installation(tmp_path, camera=proc.running, server=proc.running, proc=proc.folder)


# --- sockets ----------------------------------------------------------------------------------------------------


def test_unix_sockets_and_answers_are_no_way_out(tmp_path: Path, proc: FakeProc) -> None:
    proc.unix_socket(11)
    assert camera_offline(installation(tmp_path, proc)).result == "proved"
    proc.listen(8443, 12)
    proc.socket("tcp", 8443, 50_000, "01", 13)
    proc.socket("udp", 40_000, 0, "07", 14)
    assert server_dials_nobody(installation(tmp_path, proc)).result == "proved"


@pytest.mark.parametrize("family", ["tcp", "tcp6", "udp", "udp6", "raw", "raw6", "icmp", "udplite"])
def test_any_internet_socket_in_the_camera_fails(tmp_path: Path, proc: FakeProc, family: str) -> None:
    proc.socket(family, 1000, 0, "0A", 21)
    assert camera_offline(installation(tmp_path, proc)).result == "failed"


def test_a_packet_socket_and_a_nameless_one_in_the_camera_fail(tmp_path: Path, proc: FakeProc) -> None:
    proc.packet_socket(31)
    assert "packet" in camera_offline(installation(tmp_path, proc)).detail
    proc.nameless_socket(32)
    assert "does not list" in camera_offline(installation(tmp_path, proc)).detail


@pytest.mark.parametrize(
    ("family", "port", "state"),
    [("tcp", 40_000, "01"), ("tcp", 40_000, "02"), ("tcp6", 40_000, "01"), ("udp", 40_000, "01"), ("raw", 1, "07")],
)
def test_a_call_of_the_servers_fails(tmp_path: Path, proc: FakeProc, family: str, port: int, state: str) -> None:
    proc.listen(8443)
    proc.socket(family, port, 443, state, 41)
    assert server_dials_nobody(installation(tmp_path, proc)).result == "failed"


def test_a_server_that_listens_nowhere_fails(tmp_path: Path, proc: FakeProc) -> None:
    assert server_dials_nobody(installation(tmp_path, proc)).result == "failed"


def test_a_process_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    nothing = Installation(tmp_path)
    found = [check(nothing) for check in (camera_offline, server_dials_nobody, kernel_refuses, routes_answer, memory)]
    assert {finding.result for finding in found} == {"not checked"}


@pytest.mark.parametrize(
    "words",
    [
        ("python", "-m", "camera", "--data", "data"),
        ("python", "/x/bin/stoop", "camera", "--data=data"),
        ("python", "-m", "stoop", "camera", "--source", "demo", "--data", "data"),
    ],
)
def test_a_running_camera_is_found_by_its_data_folder(tmp_path: Path, words: tuple[str, ...]) -> None:
    proc = fake_proc(tmp_path / "proc", *words)
    found = find_running("camera", proc.folder / "data", proc.folder)
    assert found is not None
    assert found.pid == 7
    assert find_running("camera", tmp_path / "other", proc.folder) is None
    assert find_running("server", proc.folder / "data", proc.folder) is None


def test_a_real_socket_of_a_real_process_is_seen() -> None:
    own = Running(os.getpid(), (), None)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert any(one.local_port == port and one.is_listening for one in own.sockets())
    assert not any(one.local_port == port for one in own.sockets())


# --- the kernel -------------------------------------------------------------------------------------------------


def test_without_a_network_of_its_own_the_kernel_is_not_claimed(tmp_path: Path, proc: FakeProc) -> None:
    assert kernel_refuses(installation(tmp_path, proc)).result == "not checked"


@pytest.mark.parametrize(("ways", "result"), [([], "proved"), (["there is a way to 192.0.2.1"], "failed")])
def test_with_one_the_tries_decide(
    tmp_path: Path, proc: FakeProc, monkeypatch: pytest.MonkeyPatch, ways: list[str], result: str
) -> None:
    own = proc.folder / "7" / "ns" / "net"
    own.unlink()
    own.symlink_to("net:[2]")
    monkeypatch.setattr(stoop.prove.kernel, "ways_out", lambda _: ways)
    assert kernel_refuses(installation(tmp_path, proc)).result == result


def test_a_way_that_is_there_is_seen() -> None:
    assert has_way(socket.AF_INET, "127.0.0.1")


@pytest.fixture
def shut_namespace() -> Iterator[Path]:
    """A network namespace without any way, held by a process of ours."""
    holder = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo in; read x"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    if holder.stdout.readline() != b"in\n":
        holder.wait()
        pytest.skip("this user may not make a network namespace")
    yield Path(f"/proc/{holder.pid}/ns/net")
    holder.communicate(b"\n")


def test_a_real_namespace_without_a_way_refuses_every_try(shut_namespace: Path) -> None:
    assert ways_out(shut_namespace) == []


def test_a_namespace_that_cannot_be_entered_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(PermissionError):
        ways_out(tmp_path / "none")


# --- our code ---------------------------------------------------------------------------------------------------


def test_the_installed_code_has_no_way_out() -> None:
    found = [check(Installation(Path())) for check in (camera_code_offline, server_code_dials_nobody, holes, routes)]
    assert [finding.result for finding in found] == ["proved"] * 4


@pytest.mark.parametrize(
    "line",
    [
        "import socket",
        "from urllib import request",
        "import http.client",
        "from asyncio import open_connection",
        "__import__('ssl')",
        "f.create_connection(('a', 1))",
        "f.AF_INET",
    ],
)
def test_a_network_in_the_cameras_code_fails(code: Path, line: str) -> None:
    path = code / "camera" / "mask.py"
    path.write_text(path.read_text() + f"\n{line}\n")
    finding = camera_code_offline(Installation(code, code=code))
    assert (finding.result, "camera/mask.py" in finding.detail) == ("failed", True)


def test_a_second_kind_of_socket_in_the_publisher_fails(code: Path) -> None:
    path = code / "camera" / "publisher.py"
    path.write_text(path.read_text() + "\nx = socket.socket()\n")
    assert camera_code_offline(Installation(code, code=code)).result == "failed"


@pytest.mark.parametrize(
    "line",
    [
        "import httpx",
        "from urllib.request import urlopen",
        "import subprocess",
        "loop.create_connection(x, 'a', 1)",
        "loop.create_datagram_endpoint(x, remote_addr=('a', 1))",
        "RTCConfiguration()",
        "RTCConfiguration(iceServers=[x])",
    ],
)
def test_a_client_in_the_servers_code_fails(code: Path, line: str) -> None:
    (code / "server" / "more.py").write_text(f"{line}\n")
    assert server_code_dials_nobody(Installation(code, code=code)).result == "failed"


@pytest.mark.parametrize(
    "line", ["import http.client", "import subprocess", "import paho.mqtt.client", "f.create_connection(x)"]
)
def test_a_further_module_of_the_courier_that_could_call_fails(code: Path, line: str) -> None:
    (code / "server" / "courier" / "more.py").write_text(f"{line}\n")
    finding = holes(Installation(code, code=code))
    assert (finding.result, "server/courier/more.py" in finding.detail) == ("failed", True)


def test_the_server_may_not_use_the_couriers_code(code: Path) -> None:
    (code / "server" / "more.py").write_text("from server.courier.http_post import post\n")
    assert server_code_dials_nobody(Installation(code, code=code)).result == "failed"


LISTED = {"kind": "ntfy", "address": "192.0.2.10", "port": 51820, "topic": "door", "is_off_lan": True, "secret": "hush"}


@pytest.fixture
def with_hole(tmp_path: Path) -> Installation:
    """A courier runs, and one way out is open: to 192.0.2.10, port 51820."""
    (tmp_path / "camera").mkdir()
    (tmp_path / "camera" / "holes.json").write_text(json.dumps({"holes": [LISTED], "tag": "ab"}))
    proc = fake_proc(tmp_path / "proc", "python", "-m", "server.courier", "--data", str(tmp_path))
    return Installation(tmp_path, proc=proc.folder)


def couriers(installation: Installation) -> FakeProc:
    running = find_running("courier", installation.data, installation.proc)
    assert running is not None
    return FakeProc(installation.proc, running)


def test_each_way_out_is_listed_with_its_address_and_no_secret(with_hole: Installation) -> None:
    couriers(with_hole).unix_socket(11)
    couriers(with_hole).socket("tcp", 40_000, 51_820, "01", 12, remote="0A0200C0")
    finding = holes(with_hole)
    assert (finding.result, "ntfy to 192.0.2.10:51820 (OUTSIDE OF YOUR HOUSE)" in finding.detail) == ("proved", True)
    assert "hush" not in repr(finding)


@pytest.mark.parametrize(
    ("family", "remote", "port", "state"),
    [
        ("tcp", "0B0200C0", 51_820, "01"),
        ("tcp", "0A0200C0", 443, "01"),
        ("udp", "0A0200C0", 51_820, "01"),
        ("tcp", "00000000", 0, "0A"),
    ],
    ids=["another address", "another port", "udp", "listening"],
)
def test_a_courier_that_talks_to_anything_else_fails(
    with_hole: Installation, family: str, remote: str, port: int, state: str
) -> None:
    couriers(with_hole).socket(family, 40_000, port, state, 12, remote=remote)
    assert holes(with_hole).result == "failed"


@pytest.mark.parametrize(
    ("addresses", "result"), [('["142.250.1.1"]', "proved"), ('["142.250.1.2"]', "failed"), ("[]", "failed")]
)
def test_web_push_is_listed_as_outside_and_may_call_only_what_was_found_for_its_name(
    with_hole: Installation, addresses: str, result: str
) -> None:
    phone = Phone("a", "https://fcm.googleapis.com/send/token", "A" * 87, "B" * 22)
    opened = OpenHoles(holes=(Push(phones=(phone,), secret="S" * 43),))
    (with_hole.data / "camera" / "holes.json").write_bytes(msgspec.json.encode(opened))
    names = socket_path(with_hole.data).with_name("names.json")
    names.parent.mkdir(parents=True, exist_ok=True)
    names.write_text(f'{{"fcm.googleapis.com": {addresses}}}')
    couriers(with_hole).socket("tcp", 40_000, 443, "01", 12, remote="0101FA8E")
    finding = holes(with_hole)
    assert finding.result == result
    said = "push to Google (fcm.googleapis.com), looked up by name (OUTSIDE OF YOUR HOUSE)"
    assert (said if result == "proved" else "the courier calls 142.250.1.1 port 443") in finding.detail
    assert "token" not in repr(finding)


def test_what_the_courier_started_is_looked_at_too(with_hole: Installation) -> None:
    proc = with_hole.proc
    shutil.copytree(proc / "7", proc / "8", symlinks=True)
    (proc / "8" / "stat").write_text("8 (rclone x) S 7 8 8 0")
    (proc / "8" / "cmdline").write_bytes(b"rclone\0")
    FakeProc(proc, Running(8, (), None, proc)).socket("tcp", 40_000, 443, "01", 12, remote="0A0200C0")
    assert "port 443" in holes(with_hole).detail


def test_a_courier_without_a_way_out_fails(with_hole: Installation) -> None:
    (with_hole.data / "camera" / "holes.json").unlink()
    assert holes(with_hole).result == "failed"


def test_a_list_that_cannot_be_read_fails(with_hole: Installation) -> None:
    (with_hole.data / "camera" / "holes.json").write_text("{")
    assert holes(with_hole).result == "failed"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("0100007F", "127.0.0.1"),
        ("0A0200C0", "192.0.2.10"),
        ("0000000000000000FFFF00000A0200C0", "192.0.2.10"),
        ("B80D0120000000000000000001000000", "2001:db8::1"),
    ],
)
def test_an_address_of_proc_is_read_as_it_is_meant(written: str, meant: str) -> None:
    assert remote_address(OpenSocket("tcp", 1, written, 2)) == meant


def test_a_setting_for_an_integration_is_a_hole(tmp_path: Path) -> None:
    class More(Settings, frozen=True):
        mqtt: str = "192.0.2.1"

    assert holes(Installation(tmp_path, settings=More())).result == "failed"


# --- routes -----------------------------------------------------------------------------------------------------


def test_a_route_too_many_or_too_few_is_a_fault() -> None:
    built = set(routes_built())
    assert route_faults(built, ROUTES) == []
    assert route_faults(built | {("GET", "/api/export")}, ROUTES) == ["not on the list: GET /api/export"]
    assert route_faults(built, (*ROUTES, Route("GET", "/x", "owner"))) == ["on the list and not there: GET /x"]


def test_clips_for_anybody_are_a_fault() -> None:
    loose = tuple(replace(route, authority="session") if route.path == "/api/clips" else route for route in ROUTES)
    assert route_faults(set(routes_built()), loose) == ["GET /api/clips is for session"]


def honest(method: str, path: str) -> int:
    for route in ROUTES:
        if (route.method, filled(route.path)) == (method, path):
            return 200 if route.authority == "anybody" else 401
    return 401 if path == "/api/clips/all" else 404


def test_an_honest_server_gives_no_fault() -> None:
    assert answer_faults(honest) == []


@pytest.mark.parametrize("path", [*TEMPTING, "/api/clips", "/api/state", "/api/journal", "/settings"])
def test_a_server_that_answers_otherwise_is_a_fault(path: str) -> None:
    wrong = 403 if path == "/settings" else 200
    faults = answer_faults(lambda method, asked: wrong if asked == path else honest(method, asked))
    assert faults == [f"GET {path} answered {wrong}"]


# --- recognisers ------------------------------------------------------------------------------------------------


def test_nothing_installed_here_recognises_people() -> None:
    finding = no_recognition(Installation(Path()))
    assert (finding.result, "cascades" in finding.detail) == ("proved", True)


@pytest.mark.parametrize("name", ["face_recognition", "InsightFace", "onnxruntime"])
def test_a_library_that_recognises_is_found(tmp_path: Path, name: str) -> None:
    folder = tmp_path / f"{name}-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    assert no_recognition(Installation(tmp_path, environment=(tmp_path,))).result == "failed"


@pytest.mark.parametrize("name", ["m/face.onnx", "m/x.tflite", "m/w.pth", "m/haarcascade_frontalface_default.xml"])
def test_a_model_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / name).write_text("")
    assert no_recognition(Installation(tmp_path, environment=(tmp_path,))).result == "failed"


def test_cascades_that_opencv_brings_are_told_and_not_hidden(tmp_path: Path) -> None:
    (tmp_path / "cv2" / "data").mkdir(parents=True)
    (tmp_path / "cv2" / "data" / "haarcascade_eye.xml").write_text("")
    finding = no_recognition(Installation(tmp_path, environment=(tmp_path,)))
    assert (finding.result, "brings 1 face cascades" in finding.detail) == ("proved", True)


def test_code_of_ours_that_names_one_is_found(code: Path) -> None:
    (code / "camera" / "more.py").write_text("cv2.Cascade" + "Classifier(x)\n")
    assert no_recognition(Installation(code, code=code, environment=())).result == "failed"


def test_a_model_that_the_camera_has_open_is_found(tmp_path: Path, proc: FakeProc) -> None:
    (proc.folder / "7" / "maps").write_text("7f00-7f01 r--p 0 08:01 9 /opt/people.onnx\n")
    assert no_recognition(replace(installation(tmp_path, proc), environment=())).result == "failed"


# --- memory -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("swap", "core", "result"),
    [
        ("", "0", "proved"),
        ("/dev/zram0 partition 1 0 100\n", "0", "proved"),
        ("/swapfile file 1 0 -2\n", "0", "not checked"),
        ("", "unlimited", "not checked"),
    ],
)
def test_memory_that_could_reach_the_card_is_advice(
    tmp_path: Path, proc: FakeProc, swap: str, core: str, result: str
) -> None:
    (proc.folder / "swaps").write_text("Filename Type Size Used Priority\n" + swap)
    (proc.folder / "7" / "limits").write_text(f"Max core file size        {core}        unlimited    bytes\n")
    assert memory(installation(tmp_path, proc)).result == result
