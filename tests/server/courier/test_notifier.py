"""Notices over real connections: ntfy's format, the signed webhook, what is refused, and what happens in an outage."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from camera.contract import Event, HolesNow, Ntfy, Webhook
from server.courier import http_post, notifier, webhook
from server.courier.carrier import Surroundings
from server.courier.errors import CourierError
from server.courier.http_post import HttpPlace, post
from server.courier.notices import Notice
from server.courier.notifier import Notifier
from server.courier.ntfy import send as send_ntfy
from tests.server.courier.fakes import Receiver, Reports, receiver

SECRET = "s3cret-s3cret-s3cret"
RING = Notice("ring", 0, 1_780_000_000_000)


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def hook(port: int, **more: object) -> Webhook:
    return msgspec.convert({"kind": "webhook", "address": "127.0.0.1", "port": port, "secret": SECRET, **more}, Webhook)


def place(port: int) -> HttpPlace:
    return HttpPlace("127.0.0.1", port, "", is_tls=False)


# --- formats ----------------------------------------------------------------------------------------------------


def test_ntfy_gets_a_topic_a_title_and_one_sentence(other: Receiver) -> None:
    send_ntfy(Ntfy(address="127.0.0.1", port=other.port, topic="door", secret="tk_1"), RING)
    (got,) = other.taken
    assert (got.path, got.body) == ("/door", b"Somebody rang at the door.")
    assert (got.headers["Title"], got.headers["Priority"], got.headers["Tags"]) == ("Doorbell", "5", "bell")
    assert got.headers["Authorization"] == "Bearer tk_1"


def test_ntfy_without_a_token_sends_none(other: Receiver) -> None:
    send_ntfy(Ntfy(address="127.0.0.1", port=other.port, topic="door"), RING)
    assert "Authorization" not in other.taken[0].headers


def test_a_webhook_is_signed_so_that_anybody_with_the_secret_can_check_it(other: Receiver) -> None:
    webhook.send(hook(other.port, path="/bell?x=1"), RING, 1_780_000_001_500)
    (got,) = other.taken
    stamp = got.headers["Stoop-Timestamp"]
    wanted = hmac.new(SECRET.encode(), stamp.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert (stamp, got.headers["Stoop-Signature"], got.path) == ("1780000001", f"v1={wanted}", "/bell?x=1")
    body = json.loads(got.body)
    assert set(body) == {"v", "id", "kind", "at_ms", "missed", "count"}
    assert (body["kind"], body["at_ms"], body["missed"]) == ("ring", RING.at_ms, False)


def test_the_body_of_a_webhook_has_an_id_of_its_own_each_time(other: Receiver) -> None:
    for _ in range(2):
        webhook.send(hook(other.port), RING, 0)
    assert len({json.loads(got.body)["id"] for got in other.taken}) == 2


# --- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_never_followed(other: Receiver, status: int) -> None:
    with receiver() as elsewhere:
        other.status, other.location = status, f"http://127.0.0.1:{elsewhere.port}/"
        with pytest.raises(CourierError, match="never followed"):
            post(place(other.port), "/", {}, b"x")
        assert elsewhere.taken == []


@pytest.mark.parametrize(("status", "said"), [(401, "password or token"), (403, "password or token"), (500, "500")])
def test_a_refusal_is_told_with_what_to_do(other: Receiver, status: int, said: str) -> None:
    other.status = status
    with pytest.raises(CourierError, match=said):
        post(place(other.port), "/", {}, b"x")


def test_nobody_there_is_told_with_what_to_do() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(CourierError, match="check that it is on"):
            post(place(unused.getsockname()[1]), "/", {}, b"x")


def test_no_proxy_of_the_environment_is_asked(other: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    post(place(other.port), "/", {}, b"x")
    assert len(other.taken) == 1


def test_no_name_is_ever_looked_up(other: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = socket.getaddrinfo

    def spy(host: object, *rest: object, **more: object) -> object:
        asked.append(host)
        return real(host, *rest, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(socket, "getaddrinfo", spy)
    send_ntfy(Ntfy(address="127.0.0.1", port=other.port, topic="door", name="ntfy.example"), RING)
    assert set(asked) <= {"127.0.0.1"}
    assert other.taken[0].headers["Host"] == f"ntfy.example:{other.port}"


def test_an_address_outside_is_not_called_even_when_the_camera_should_say_so() -> None:
    with pytest.raises(ValueError, match="outside"):
        HttpPlace.of(Ntfy(address="203.0.113.5", port=443, topic="x", is_tls=True))
    with pytest.raises(CourierError, match="encrypted"):
        HttpPlace.of(Ntfy(address="203.0.113.5", port=80, topic="x", is_off_lan=True))


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    import datetime

    from server.certificate import ensure_certificate  # a self-signed one, as some box on the LAN has it

    made = ensure_certificate(tmp_path, ["127.0.0.1"], datetime.datetime.now(datetime.UTC))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate_path, made.key_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)

        def serve() -> None:
            peer, _ = listener.accept()
            with closing(peer), contextlib.suppress(OSError):
                context.wrap_socket(peer, server_side=True).recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(CourierError, match="not one that this camera trusts"):
            post(HttpPlace("127.0.0.1", listener.getsockname()[1], "", is_tls=True), "/", {}, b"secret")
        thread.join()


def drips(listener: socket.socket, is_over: threading.Event) -> None:
    """One byte of an answer at a time, for ever."""
    peer, _ = listener.accept()
    with closing(peer):
        try:
            peer.sendall(b"HTTP/1.1 200 OK\r\n")
            while not is_over.wait(0.02):
                peer.sendall(b"X")
        except OSError:
            return


def test_a_side_that_drips_its_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_post, "WHOLE_LIMIT_S", 0.3)
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drips, args=(listener, is_over))
        thread.start()
        try:
            with pytest.raises(CourierError, match="too long"):
                post(place(listener.getsockname()[1]), "/", {}, b"x")
        finally:
            is_over.set()
            thread.join()


def test_a_side_that_says_yes_and_then_drips_is_not_waited_for() -> None:
    """HTTP/1.0: the connection is its answer's, and no limit would reach it."""
    dripped: list[bytes] = []
    is_over = threading.Event()

    def says_yes(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with closing(peer), contextlib.suppress(OSError):
            peer.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
            while not is_over.wait(0.02) and len(dripped) < 500:
                peer.sendall(b"X")
                dripped.append(b"X")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=says_yes, args=(listener,))
        thread.start()
        post(place(listener.getsockname()[1]), "/", {}, b"x")
        is_over.set()
        thread.join()
    assert len(dripped) < 500


def test_a_side_that_takes_the_call_after_the_limit_is_cut_off_too(monkeypatch: pytest.MonkeyPatch) -> None:
    called = socket.create_connection

    def late(address: tuple[str, int], timeout_s: float) -> socket.socket:
        time.sleep(0.3)
        return called(address, timeout_s)

    monkeypatch.setattr(socket, "create_connection", late)
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drips, args=(listener, is_over))
        thread.start()
        try:
            with pytest.raises(CourierError, match="does not answer"):
                post(place(listener.getsockname()[1]), "/", {}, b"x", 0.1)
        finally:
            is_over.set()
            thread.join()


# --- the thread -------------------------------------------------------------------------------------------------


class Way:
    """Somebody to send to, who may be out."""

    def __init__(self) -> None:
        self.is_out = False
        self.tries = 0
        self.got: list[Notice] = []

    def send(self, notice: Notice) -> None:
        self.tries += 1
        if self.is_out:
            raise CourierError("nobody there")
        self.got.append(notice)


class Time:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


Started = tuple[Notifier, Way, Time, Reports]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Started]:
    way, clock, reports = Way(), Time(), Reports()
    made = Notifier("ntfy", ["ring", "motion", "offline"], 60, way.send, Surroundings(tmp_path, reports, clock))
    with closing(made):
        yield made, way, clock, reports


def soon(is_so: Callable[[], object]) -> None:
    deadline_s = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_ring_goes_out_and_is_reported(started: Started) -> None:
    made, way, _, reports = started
    made.happened(Event("bell.rang", 5))
    assert reports.wait_for("working").waiting == 0
    assert [(each.word, each.at_ms) for each in way.got] == [("ring", 5)]


def test_what_is_no_notice_sends_nothing(started: Started) -> None:
    made, way, _, reports = started
    for kind in ("clip.opened", "clip.closed", "motion.ended", "source.back"):
        made.happened(Event(kind, 0))
    made.try_out()
    reports.wait_for("working")
    assert [each.word for each in way.got] == ["test"]


def test_an_outage_is_told_and_a_late_ring_comes_as_missed(started: Started) -> None:
    made, way, clock, reports = started
    way.is_out = True
    made.happened(Event("bell.rang", 7))
    failed = reports.wait_for("failing")
    assert (failed.why, failed.waiting) == ("nobody there", 1)
    clock.now_s += 120
    way.is_out = False
    soon(lambda: way.got)
    assert (way.got[0].is_missed, way.got[0].at_ms) == (True, 7)
    assert reports.wait_for("working").missed == 1


def test_failures_are_tried_again_at_growing_pauses_and_a_new_ring_at_once(started: Started) -> None:
    made, way, clock, _ = started
    way.is_out = True
    made.happened(Event("bell.rang", 1))
    soon(lambda: way.tries == 1)
    time.sleep(0.6)
    assert way.tries == 1
    clock.now_s += notifier.FIRST_PAUSE_S
    soon(lambda: way.tries == 2)
    made.happened(Event("bell.rang", 2))
    soon(lambda: way.tries == 3)


def test_a_camera_that_is_gone_for_long_is_told_and_its_return_too(started: Started) -> None:
    made, way, clock, _ = started
    made.link_changed(is_there=False)
    time.sleep(0.6)
    assert way.got == []
    clock.now_s += notifier.SILENCE_S
    soon(lambda: way.got)
    made.link_changed(is_there=True)
    soon(lambda: len(way.got) == 2)
    assert [each.word for each in way.got] == ["offline", "back"]


def how(*, is_delivering: bool = True, snooze_left_s: float = 0.0) -> HolesNow:
    return HolesNow((), "", True, is_delivering, None, snooze_left_s)


def test_a_lens_that_is_lost_is_told_at_once_and_its_return_too(started: Started) -> None:
    made, way, _, _ = started
    made.happened(Event("source.lost", 1))
    soon(lambda: way.got)
    made.now(how(is_delivering=False))
    made.happened(Event("source.back", 2))
    soon(lambda: len(way.got) == 2)
    assert [each.word for each in way.got] == ["offline", "back"]


def test_a_lens_that_delivered_nothing_before_anybody_listened_is_told(started: Started) -> None:
    made, way, clock, _ = started
    made.now(how(is_delivering=False))
    time.sleep(0.6)
    assert way.got == []  # it may only be opening
    clock.now_s += notifier.SILENCE_S
    soon(lambda: way.got)
    assert [each.word for each in way.got] == ["offline"]


def test_what_was_kept_back_by_a_snooze_is_told_when_it_is_still_so(started: Started) -> None:
    made, way, clock, _ = started
    made.now(how(is_delivering=False, snooze_left_s=600))
    clock.now_s += 300
    time.sleep(0.6)
    assert way.got == []
    clock.now_s += 301
    soon(lambda: way.got)
    assert [each.word for each in way.got] == ["offline"]


def test_a_lens_that_flickers_is_told_no_oftener_than_the_cooldown_and_not_forgotten(started: Started) -> None:
    made, way, clock, _ = started
    for kind in ("source.lost", "source.back", "source.lost"):
        made.happened(Event(kind, 1))
        time.sleep(0.7)
    assert [each.word for each in way.got] == ["offline", "back"]
    clock.now_s += 61
    soon(lambda: len(way.got) == 3)
    assert way.got[2].word == "offline"


def test_snooze_reaches_the_thread(started: Started) -> None:
    made, way, clock, _ = started
    made.now(HolesNow((), "", True, True, None, snooze_left_s=60))
    made.happened(Event("bell.rang", 1))
    clock.now_s += 61
    made.happened(Event("bell.rang", 2))
    soon(lambda: way.got)
    assert [each.at_ms for each in way.got] == [2]
