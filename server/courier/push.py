"""Web Push: a word to each phone that the owner switched it on for, through the push service of its browser."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from camera.contract import PUSH_PORT, Hole, HoleReport, Phone, Push, push_host
from server.courier.carrier import Carrier, Surroundings
from server.courier.errors import CourierError
from server.courier.http_post import HttpPlace, post
from server.courier.names import addresses_of
from server.courier.notices import Notice
from server.courier.notifier import SEND_WITHIN_S, Notifier
from server.courier.web_push import encrypt, headers, message

SEND_LIMIT_S = SEND_WITHIN_S - 3
"""For all phones together; each service that is still to be called has its share of what is left of it."""
_LEAST_S = 0.1
GONE = (404, 410)
"""RFC 8030: this subscription is no more, as after the app's data were cleared."""
UNBELIEVED = (400, 401, 403)
LOST_ONE = "one of the devices takes no notices any more: open this page there and switch them on again"


def start(hole: Hole, around: Surroundings) -> Carrier:
    assert isinstance(hole, Push)
    sender = PushSender(hole, around)
    return Notifier("push", hole.notices, hole.cooldown_s, sender.send, replace(around, report=sender.report))


class PushSender:
    """On the notifier's thread. A phone that has this notice is not told twice when another could not be reached."""

    def __init__(self, hole: Push, around: Surroundings) -> None:
        self._hole, self._around = hole, around
        self._notice: Notice | None = None
        self._told: set[str] = set()
        self._gone: set[str] = set()

    def send(self, notice: Notice) -> None:
        """Raises CourierError when a phone has still to be told, after all others were tried."""
        if notice != self._notice:
            self._notice, self._told = notice, set()
        until_s = self._around.monotonic_s() + SEND_LIMIT_S
        failures: dict[str, CourierError] = {}
        waiting = [phone for phone in self._hole.phones if phone.device not in self._told | self._gone]
        for at, phone in enumerate(waiting):
            host = push_host(phone.endpoint)
            if host in failures:  # one that is away is waited for once
                continue
            hosts_left = {push_host(each.endpoint) for each in waiting[at:]} - failures.keys()
            try:
                self._tell(phone, host, notice, (until_s - self._around.monotonic_s()) / len(hosts_left))
            except CourierError as error:
                failures[host] = error
        if failures:
            raise next(iter(failures.values()))

    def report(self, report: HoleReport) -> None:
        """As the notifier says it; a phone that is gone stands there until the owner has seen to it."""
        if self._gone and report.word == "working":
            report = msgspec.structs.replace(report, word="failing", why=LOST_ONE)
        self._around.report(report)

    def _tell(self, phone: Phone, host: str, notice: Notice, limit_s: float) -> None:
        path = phone.endpoint.removeprefix(f"https://{host}")
        now_ms = self._around.wall_ms()
        body = encrypt(phone, message("missed" if notice.is_missed else notice.word, notice.at_ms))
        try:
            self._post(host, path, headers(host, self._hole.secret, now_ms), body, limit_s)
        except CourierError as error:
            if error.status not in GONE:
                raise
            self._gone.add(phone.device)
        self._told.add(phone.device)

    def _post(self, host: str, path: str, head: dict[str, str], body: bytes, limit_s: float) -> None:
        """By the first address that answers, each in its share of `limit_s`. Raises CourierError."""
        until_s = self._around.monotonic_s() + limit_s
        found = places(host, self._around)
        for last, place in enumerate(found, 1):
            left_s = (until_s - self._around.monotonic_s()) / (len(found) + 1 - last)
            if left_s < _LEAST_S:
                raise CourierError(f"there was no time left to call {host}: it is called again soon")
            try:
                post(place, path, head, body, left_s)
                return
            except CourierError as error:
                if error.status in UNBELIEVED:
                    raise CourierError(
                        f"{host} does not believe this camera ({error.status}): check that its clock is right",
                        error.status,
                    ) from error
                if error.status is not None or last == len(found):
                    raise


def places(host: str, around: Surroundings) -> list[HttpPlace]:
    """Where this push service is, two addresses at most: each more leaves less time for every one.

    Raises CourierError.
    """
    found = addresses_of(host, around.names)[:2]
    if not found:
        raise CourierError(f"the address of {host} is not known yet: check that this house has internet")
    return [HttpPlace(address, PUSH_PORT, host, is_tls=True) for address in found]
