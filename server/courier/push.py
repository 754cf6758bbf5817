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
from server.courier.notifier import Notifier
from server.courier.web_push import encrypt, headers, message

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
        failures: dict[str, CourierError] = {}
        for phone in self._hole.phones:
            host = push_host(phone.endpoint)
            if phone.device in self._told | self._gone or host in failures:  # one that is away is waited for once
                continue
            try:
                self._tell(phone, host, notice)
            except CourierError as error:
                failures[host] = error
        if failures:
            raise next(iter(failures.values()))

    def report(self, report: HoleReport) -> None:
        """As the notifier says it; a phone that is gone stands there until the owner has seen to it."""
        if self._gone and report.word == "working":
            report = msgspec.structs.replace(report, word="failing", why=LOST_ONE)
        self._around.report(report)

    def _tell(self, phone: Phone, host: str, notice: Notice) -> None:
        path = phone.endpoint.removeprefix(f"https://{host}")
        now_ms = self._around.wall_ms()
        body = encrypt(phone, message("missed" if notice.is_missed else notice.word, notice.at_ms))
        try:
            self._post(host, path, headers(host, self._hole.secret, now_ms), body)
        except CourierError as error:
            if error.status not in GONE:
                raise
            self._gone.add(phone.device)
        self._told.add(phone.device)

    def _post(self, host: str, path: str, head: dict[str, str], body: bytes) -> None:
        """By the first address that answers. Raises CourierError."""
        found = places(host, self._around)
        for last, place in enumerate(found, 1):
            try:
                post(place, path, head, body)
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
    """Where this push service is, two addresses at most: a notice must be through within the notifier's time.

    Raises CourierError.
    """
    found = addresses_of(host, around.names)[:2]
    if not found:
        raise CourierError(f"the address of {host} is not known yet: check that this house has internet")
    return [HttpPlace(address, PUSH_PORT, host, is_tls=True) for address in found]
