"""Notices by ntfy's HTTP publish format: a topic, a title, one plain sentence; never a picture or an attachment."""

from __future__ import annotations

from camera.contract import Hole, Ntfy
from server.courier.carrier import Carrier, Surroundings
from server.courier.http_post import HttpPlace, post
from server.courier.notices import Notice, Word
from server.courier.notifier import Notifier

PRIORITIES: dict[Word, str] = {"ring": "5", "motion": "3", "offline": "4", "back": "2", "test": "3"}
TAGS: dict[Word, str] = {
    "ring": "bell",
    "motion": "footprints",
    "offline": "warning",
    "back": "white_check_mark",
    "test": "test_tube",
}


def start(hole: Hole, around: Surroundings) -> Carrier:
    assert isinstance(hole, Ntfy)
    return Notifier("ntfy", hole.notices, hole.cooldown_s, lambda notice: send(hole, notice), around)


def send(hole: Ntfy, notice: Notice) -> None:
    """Raises CourierError."""
    headers = {
        "Title": "Doorbell",
        "Priority": "3" if notice.is_missed else PRIORITIES[notice.word],
        "Tags": TAGS[notice.word],
        "Content-Type": "text/plain; charset=utf-8",
    }
    if hole.secret:
        headers["Authorization"] = f"Bearer {hole.secret}"
    post(HttpPlace.of(hole), f"/{hole.topic}", headers, notice.sentence.encode())
