"""Tells the broker of Home Assistant who rang, what moves and whether the camera is there; listens to nothing."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from camera.contract import Event, Hole, HoleReport, HolesNow, HoleWord, Mqtt, place_of, read_address
from server.courier.carrier import Carrier, Surroundings
from server.courier.errors import CourierError
from server.courier.home_assistant import RING, Topics, discovery, on_off, online
from server.courier.notices import Notice, NoticeQueue
from server.courier.notifier import FIRST_PAUSE_S, LONGEST_PAUSE_S, REPORT_S

logger = logging.getLogger(__name__)
KEEPALIVE_S = 15
"""After one and a half of it the broker gives out the last will."""
_STEP_LIMIT_S = 4.0
_END_S = 5.0


def start(hole: Hole, around: Surroundings) -> Carrier:
    assert isinstance(hole, Mqtt)
    return MqttCarrier(hole, around)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is true until it changes; only the newest is ever sent, so nothing of it queues."""

    tag: str = ""
    is_there: bool = False
    has_motion: bool = False
    is_watching: bool = False

    def messages(self) -> dict[str, str]:
        topics = Topics(self.tag)
        return {
            topics.motion: on_off(self.has_motion),
            topics.watching: on_off(self.is_watching),
            topics.availability: online(self.is_there),
        }


class BrokerConnection:
    """One connection, used once: a later one is a new object, so nothing that was meant for now is repeated later."""

    def __init__(self, hole: Mqtt, tag: str) -> None:
        """Raises CourierError when the broker cannot be reached or does not let us in."""
        self._answer: ReasonCode | None = None
        self._answered = threading.Event()
        self._where = place_of(hole)
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"stoop-{tag}", protocol=paho.MQTTv311, reconnect_on_failure=False
        )
        client.connect_timeout = _STEP_LIMIT_S
        client.on_connect = self._on_connect
        client.will_set(Topics(tag).availability, online(False), qos=1, retain=True)
        if hole.user:
            client.username_pw_set(hole.user, hole.secret or None)
        self._client = client
        address = read_address(hole.address, is_off_lan=False)
        try:
            client.connect(str(address), hole.port, KEEPALIVE_S)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "no answer"
            raise CourierError(f"{self._where} cannot be reached ({why}): check that the broker runs there") from error
        client.loop_start()
        self._answered.wait(_STEP_LIMIT_S)
        self._must_be_let_in(self._answer)

    def _must_be_let_in(self, answer: ReasonCode | None) -> None:
        if answer is None or answer.is_failure:
            self.end()
            said = "no answer" if answer is None else str(answer)
            raise CourierError(f"the broker at {self._where} does not let us in ({said}): check user and password")

    @property
    def is_alive(self) -> bool:
        return self._client.is_connected()

    def say(self, topic: str, payload: str, *, is_kept: bool) -> None:
        """Returns when the broker has it (QoS 1). Raises CourierError."""
        try:
            said = self._client.publish(topic, payload, qos=1, retain=is_kept)
            said.wait_for_publish(_STEP_LIMIT_S)
            has_arrived = said.is_published()
        except (ValueError, RuntimeError) as error:
            raise CourierError(f"the broker at {self._where} went away") from error
        if not has_arrived:
            raise CourierError(f"the broker at {self._where} does not answer")

    def end(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(self, _: paho.Client, __: object, ___: object, code: ReasonCode, ____: object) -> None:
        self._answer = code
        self._answered.set()


class MqttCarrier:
    """A Carrier. A ring that finds no broker waits 60 s at most and is then counted as missed: never a late ring."""

    def __init__(self, hole: Mqtt, around: Surroundings) -> None:
        self._hole, self._around = hole, around
        self._changed = threading.Condition()
        self._rings = NoticeQueue()
        self._wanted, self._said = Standing(), Standing()
        self._is_delivering = self._has_link = True
        self._is_closed = self._is_for_good = False
        self._pause_s, self._try_at_s = 0.0, float("-inf")
        self._broker: BrokerConnection | None = None
        self._report, self._report_at_s = HoleReport("mqtt", "trying"), float("-inf")
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._thread.start()

    def now(self, now: HolesNow) -> None:
        self._is_delivering = now.is_delivering
        self._want(tag=now.tag, is_watching=now.is_watching)

    def happened(self, event: Event) -> None:
        with self._changed:
            if event.kind == "bell.rang":
                self._rings.put(Notice("ring", self._around.monotonic_s(), event.at_ms))
                self._try_at_s = float("-inf")
                self._changed.notify_all()
        if event.kind in ("motion.started", "motion.ended"):
            self._want(has_motion=event.kind == "motion.started")

    def link_changed(self, *, is_there: bool) -> None:
        self._has_link = is_there
        self._want()

    def try_out(self) -> None:
        """Says all that stands once more; a ring that nobody made would open doors in somebody's automation."""
        with self._changed:
            self._said, self._try_at_s = Standing(), float("-inf")
            self._changed.notify_all()

    def close(self, *, is_for_good: bool) -> None:
        with self._changed:
            self._is_closed, self._is_for_good = True, is_for_good
            self._changed.notify_all()
        self._thread.join(_END_S)

    def _want(self, *, tag: str | None = None, has_motion: bool | None = None, is_watching: bool | None = None) -> None:
        with self._changed:
            old = self._wanted
            is_there = self._is_delivering and self._has_link
            motion = old.has_motion if has_motion is None else has_motion
            self._wanted = Standing(
                old.tag if tag is None else tag,
                is_there,
                motion and is_there,
                old.is_watching if is_watching is None else is_watching,
            )
            self._changed.notify_all()

    def _run(self) -> None:
        try:
            while self._wait():
                self._step()
            self._take_leave()
        except Exception:  # outermost loop of this thread
            logger.exception("the broker is told no more")
            self._tell("failing", "an unexpected fault; close this and open it again")

    def _wait(self) -> bool:
        """Until there is something to do; False when closed."""
        with self._changed:
            while not self._is_closed:
                now_s = self._around.monotonic_s()
                if now_s - self._report_at_s >= REPORT_S:
                    self._tell(self._report.word, self._report.why)
                has_news = self._wanted != self._said or self._rings.next(now_s) is not None
                if self._wanted.tag and now_s >= self._try_at_s and (has_news or not self._is_connected()):
                    return True
                self._changed.wait(0.5)
        return False

    def _is_connected(self) -> bool:
        return self._broker is not None and self._broker.is_alive

    def _step(self) -> None:
        try:
            self._say_what_is_new()
        except CourierError as error:
            self._drop()
            self._pause_s = min(max(FIRST_PAUSE_S, 2 * self._pause_s), LONGEST_PAUSE_S)
            self._try_at_s = self._around.monotonic_s() + self._pause_s
            self._tell("failing", str(error))
            return
        self._pause_s = 0.0
        self._tell("working", "", self._around.wall_ms())

    def _say_what_is_new(self) -> None:
        """Raises CourierError."""
        with self._changed:
            wanted = self._wanted
        broker = self._broker
        if broker is None or not broker.is_alive:
            self._drop()
            broker = self._broker = BrokerConnection(self._hole, wanted.tag)
        if self._said == Standing():
            for topic, text in discovery(Topics(wanted.tag)).items():
                broker.say(topic, text, is_kept=True)
        old = self._said.messages()
        for topic, text in wanted.messages().items():
            if old.get(topic) != text or self._said == Standing():
                broker.say(topic, text, is_kept=True)
        self._said = wanted
        while True:
            with self._changed:
                ring = self._rings.next(self._around.monotonic_s())
            if ring is None:
                return
            if not ring.is_missed:  # a late ring would be taken for a new one: it is counted, and that is all
                broker.say(Topics(wanted.tag).doorbell, RING, is_kept=False)
            with self._changed:
                self._rings.sent(ring)

    def _drop(self) -> None:
        broker, self._broker, self._said = self._broker, None, Standing()
        if broker is not None:
            broker.end()

    def _take_leave(self) -> None:
        """Offline; and when the owner closed this for good, Home Assistant forgets the entities."""
        broker, topics = self._broker, Topics(self._wanted.tag)
        if broker is None or not broker.is_alive:
            return
        try:
            broker.say(topics.availability, online(False), is_kept=True)
            gone = (*discovery(topics), *Standing(topics.tag).messages()) if self._is_for_good else ()
            for topic in gone:
                broker.say(topic, "", is_kept=True)
        except CourierError as error:
            logger.info("%s", error)
        broker.end()

    def _tell(self, word: HoleWord, why: str, at_ms: int | None = None) -> None:
        at = at_ms if at_ms is not None else self._report.at_ms
        rings = self._rings
        self._report = HoleReport(
            "mqtt", word, why[:300], at, len(rings), dropped=rings.dropped, missed=rings.missed
        )  # fmt: skip
        self._report_at_s = self._around.monotonic_s()
        self._around.report(self._report)
