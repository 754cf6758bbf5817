"""Home Assistant's entities over a real mosquitto: discovery, ring, motion, last will, and no late ring."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from camera.contract import Event, HolesNow, Mqtt
from server.courier.carrier import Surroundings
from server.courier.home_assistant import Topics
from server.courier.mqtt import BrokerConnection, MqttCarrier
from server.courier.notices import NEW_FOR_S
from tests.server.courier.fakes import Reports

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
MOSQUITTO_PASSWD = shutil.which("mosquitto_passwd")
pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto here: install the Debian package mosquitto"),
]
TAG = "0123abcd"
TOPICS = Topics(TAG)
USER, PASSWORD = "stoop", "correct horse"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def soon(is_so: Callable[[], object], limit_s: float = 30) -> None:
    deadline_s = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@contextmanager
def mosquitto(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A broker with one user, whose memory ends with it."""
    assert MOSQUITTO is not None
    if MOSQUITTO_PASSWD is None:
        pytest.skip("no mosquitto_passwd here: install the Debian package mosquitto")
    users, config = folder / "users", folder / "mosquitto.conf"
    if not users.exists():
        users.touch(0o600)
        subprocess.run([MOSQUITTO_PASSWD, "-b", str(users), USER, PASSWORD], check=True, capture_output=True)
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous false\npassword_file {users}\nuser root\n")
    broker = subprocess.Popen([MOSQUITTO, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        soon(lambda: answers(port))
        yield broker
    finally:
        broker.kill()
        broker.wait()


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(slots=True)
class Listener:
    """Stands for Home Assistant: hears every topic, and what was kept."""

    client: paho.Client
    heard: list[tuple[str, str, bool]] = field(default_factory=list)

    def of(self, topic: str) -> list[str]:
        return [text for name, text, _ in list(self.heard) if name == topic]

    def last(self, topic: str) -> str | None:
        found = self.of(topic)
        return found[-1] if found else None


@contextmanager
def listening(port: int) -> Iterator[Listener]:
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.username_pw_set(USER, PASSWORD)
    listener = Listener(client)
    client.on_message = lambda _, __, message: listener.heard.append(
        (message.topic, message.payload.decode(), message.retain)
    )
    subscribed = threading.Event()
    client.on_subscribe = lambda *_: subscribed.set()

    def subscribe(*_: object) -> None:
        client.subscribe("#", qos=1)

    client.on_connect = subscribe
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert subscribed.wait(20)
    try:
        yield listener
    finally:
        client.disconnect()
        client.loop_stop()


@dataclass(slots=True)
class Clock:
    """Runs with the real one, and ahead of it by what a test adds."""

    ahead_s: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


@pytest.fixture
def port() -> int:
    return free_port()


def hole(port: int, password: str = PASSWORD) -> Mqtt:
    return Mqtt(address="127.0.0.1", port=port, user=USER, secret=password)


def how(*, is_delivering: bool = True, is_watching: bool = True) -> HolesNow:
    return HolesNow((), TAG, is_watching, is_delivering, None)


@contextmanager
def carrier(port: int, folder: Path, clock: Clock | None = None) -> Iterator[tuple[MqttCarrier, Reports]]:
    reports = Reports()
    made = MqttCarrier(hole(port), Surroundings(folder, reports, clock or Clock()))
    made.now(how())
    try:
        yield made, reports
    finally:
        made.close(is_for_good=False)


def test_home_assistant_finds_a_doorbell_motion_and_whether_it_watches(tmp_path: Path, port: int) -> None:
    with mosquitto(tmp_path, port), carrier(port, tmp_path) as (_, reports), listening(port) as home:
        reports.wait_for("working")
        soon(lambda: home.last(TOPICS.availability) == "online")
        found = {topic: json.loads(text) for topic, text, _ in home.heard if topic.endswith("/config")}
        bell = found[f"homeassistant/event/stoop_{TAG}/doorbell/config"]
        assert (bell["device_class"], bell["event_types"], bell["state_topic"]) == (
            "doorbell",
            ["ring"],
            TOPICS.doorbell,
        )
        assert found[f"homeassistant/binary_sensor/stoop_{TAG}/motion/config"]["device_class"] == "motion"
        assert len({entity["device"]["identifiers"][0] for entity in found.values()}) == 1
        assert all("command_topic" not in entity for entity in found.values())
        assert {entity["availability_topic"] for entity in found.values()} == {TOPICS.availability}
        assert (home.last(TOPICS.watching), home.last(TOPICS.motion)) == ("ON", "OFF")


def test_a_ring_is_an_event_that_is_not_kept_and_motion_is_a_state(tmp_path: Path, port: int) -> None:
    with mosquitto(tmp_path, port), carrier(port, tmp_path) as (made, reports):
        reports.wait_for("working")
        with listening(port) as home:
            made.happened(Event("bell.rang", 1))
            made.happened(Event("motion.started", 2))
            soon(lambda: home.last(TOPICS.motion) == "ON")
            soon(lambda: home.of(TOPICS.doorbell))
            made.happened(Event("motion.ended", 3))
            soon(lambda: home.last(TOPICS.motion) == "OFF")
            assert [json.loads(text) for text in home.of(TOPICS.doorbell)] == [{"event_type": "ring"}]
        with listening(port) as later:
            soon(lambda: later.last(TOPICS.availability))
            assert later.of(TOPICS.doorbell) == []


def test_a_camera_that_delivers_nothing_or_is_not_heard_is_offline(tmp_path: Path, port: int) -> None:
    with mosquitto(tmp_path, port), carrier(port, tmp_path) as (made, reports), listening(port) as home:
        reports.wait_for("working")
        made.now(how(is_delivering=False))
        soon(lambda: home.last(TOPICS.availability) == "offline")
        made.now(how())
        soon(lambda: home.last(TOPICS.availability) == "online")
        made.link_changed(is_there=False)
        soon(lambda: home.last(TOPICS.availability) == "offline")
        made.link_changed(is_there=True)
        soon(lambda: home.last(TOPICS.availability) == "online")


def test_what_dies_without_a_word_is_offline_by_its_last_will(tmp_path: Path, port: int) -> None:
    with mosquitto(tmp_path, port), listening(port) as home:
        connection = BrokerConnection(hole(port), TAG)
        connection.say(TOPICS.availability, "online", is_kept=True)
        soon(lambda: home.last(TOPICS.availability) == "online")
        raw = connection._client.socket()
        assert isinstance(raw, socket.socket)
        raw.shutdown(socket.SHUT_RDWR)  # as a cut cable: no DISCONNECT is sent
        soon(lambda: home.last(TOPICS.availability) == "offline")
        connection.end()


def test_a_ring_while_the_broker_is_away_is_never_repeated_late(tmp_path: Path, port: int) -> None:
    clock = Clock()
    with carrier(port, tmp_path, clock) as (made, reports):
        made.happened(Event("bell.rang", 1))
        assert "cannot be reached" in reports.wait_for("failing").why
        clock.ahead_s += NEW_FOR_S + 1
        with mosquitto(tmp_path, port), listening(port) as home:
            clock.ahead_s += 20
            reports.wait_for("working")
            soon(lambda: home.last(TOPICS.availability) == "online")
            soon(lambda: reports.said[-1].missed == 1)
            assert home.of(TOPICS.doorbell) == []


def test_a_short_outage_delays_a_ring_and_all_stands_again_after_it(tmp_path: Path, port: int) -> None:
    clock = Clock()
    with carrier(port, tmp_path, clock) as (made, reports):
        with mosquitto(tmp_path, port):
            reports.wait_for("working")
        made.happened(Event("bell.rang", 1))
        reports.wait_for("failing")
        with mosquitto(tmp_path, port), listening(port) as home:
            clock.ahead_s += 16
            soon(lambda: home.of(TOPICS.doorbell))
            assert home.last(f"homeassistant/event/stoop_{TAG}/doorbell/config")


def test_a_wrong_password_is_told_with_what_to_do(tmp_path: Path, port: int) -> None:
    reports = Reports()
    with mosquitto(tmp_path, port):
        made = MqttCarrier(hole(port, "wrong"), Surroundings(tmp_path, reports))
        made.now(how())
        try:
            assert "check user and password" in reports.wait_for("failing").why
        finally:
            made.close(is_for_good=False)


def test_closing_for_good_makes_home_assistant_forget_it_and_an_end_does_not(tmp_path: Path, port: int) -> None:
    config = f"homeassistant/event/stoop_{TAG}/doorbell/config"
    with mosquitto(tmp_path, port), listening(port) as home:
        with carrier(port, tmp_path) as (_, reports):
            reports.wait_for("working")
        soon(lambda: home.last(TOPICS.availability) == "offline")
        assert home.last(config)
        reports = Reports()
        made = MqttCarrier(hole(port), Surroundings(tmp_path, reports))
        made.now(how())
        reports.wait_for("working")
        made.close(is_for_good=True)
        soon(lambda: home.last(config) == "")


def test_a_try_says_all_again_and_rings_nobody(tmp_path: Path, port: int) -> None:
    with mosquitto(tmp_path, port), carrier(port, tmp_path) as (made, reports), listening(port) as home:
        reports.wait_for("working")
        before = len(home.of(TOPICS.watching))
        made.try_out()
        soon(lambda: len(home.of(TOPICS.watching)) > before)
        assert home.of(TOPICS.doorbell) == []
