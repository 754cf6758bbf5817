"""The camera's signs of life come from pictures: a lens that froze ends the process, one that never came does not."""

from __future__ import annotations

import socket
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest

from camera.watchdog import Watchdog

S = 1_000_000_000
SILENCE = 60 * S


def signs(pictures: range | None, off: range | None = None, until_s: int = 200) -> list[int]:
    """Seconds at which a sign came; a picture each second of `pictures`, switched off in `off`."""
    said: list[int] = []
    now_s = 0
    watchdog = Watchdog(lambda _: said.append(now_s), SILENCE)
    for now_s in range(until_s):
        if pictures and now_s in pictures:
            watchdog.picture(now_s * S)
        watchdog.tick(now_s * S, is_on=off is None or now_s not in off)
    return said


def longest_silence(said: list[int], until_s: int = 200) -> int:
    times = [0, *said, until_s]
    return max(later - earlier for earlier, later in pairwise(times))


@pytest.mark.parametrize(
    ("pictures", "off", "is_restarted"),
    [
        (range(200), None, False),
        (None, None, False),
        (range(20), None, True),
        (range(20), range(20, 200), False),
        (range(20), range(25, 60), False),
    ],
    ids=["it sees", "no lens since the start", "it froze", "the owner switched it off", "back on, and no lens"],
)
def test_a_frozen_lens_and_only_that_ends_the_process(
    pictures: range | None, off: range | None, is_restarted: bool
) -> None:
    assert (longest_silence(signs(pictures, off)) > SILENCE // S) is is_restarted


def test_signs_are_few() -> None:
    assert len(signs(range(200))) == 14


def test_systemd_hears_it_on_its_socket() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="st") as folder,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
    ):
        manager.bind(str(Path(folder) / "notify"))
        manager.settimeout(5)
        watchdog = Watchdog.of({"NOTIFY_SOCKET": str(Path(folder) / "notify"), "WATCHDOG_USEC": "60000000"}, 7)
        watchdog.ready()
        watchdog.tick(0, is_on=True)
        assert [manager.recv(100), manager.recv(100)] == [b"READY=1", b"WATCHDOG=1"]


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "x"}])
def test_nobody_is_told_where_nobody_listens(environment: dict[str, str]) -> None:
    watchdog = Watchdog.of(environment, 7)
    watchdog.ready()
    watchdog.tick(0, is_on=True)
