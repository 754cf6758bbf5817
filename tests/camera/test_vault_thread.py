"""A memory card that does not answer costs the clip; it never holds up the picture, a command for long, or the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from camera import vault_thread
from camera.errors import CommandRefused
from camera.vault_thread import QUEUE_JOBS, VaultThread


class Card:
    """A vault thread whose card hangs until `let_go`."""

    def __init__(self, thread: VaultThread | None = None) -> None:
        self.thread = thread or VaultThread(lambda _: None)
        self.goes_on = threading.Event()
        self._hangs = threading.Event()

    def hang(self) -> None:
        self.thread.post(self._wait)
        assert self._hangs.wait(20)

    def let_go(self) -> None:
        self.goes_on.set()

    def until_idle(self) -> None:
        """Returns when all that was posted is done."""
        done = threading.Event()
        while not self.thread.post(done.set):
            pass
        assert done.wait(20)

    def _wait(self) -> None:
        self._hangs.set()
        self.goes_on.wait(60)


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    monkeypatch.setattr(vault_thread, "ANSWER_WITHIN_S", 0.2)
    monkeypatch.setattr(vault_thread, "POST_WITHIN_S", 0.2)
    card = Card()
    yield card
    card.let_go()
    card.thread.close()


def test_a_card_that_hangs_refuses_a_command_in_plain_words(card: Card) -> None:
    card.hang()

    with pytest.raises(CommandRefused, match="does not answer") as refused:
        card.thread.ask(lambda: None)
    assert refused.value.code == "storage"


def test_what_was_refused_is_not_done_later(card: Card) -> None:
    done = list[str]()
    card.hang()
    with pytest.raises(CommandRefused):
        card.thread.ask(lambda: done.append("refused"))
    card.let_go()
    card.until_idle()

    assert done == []


def test_after_one_command_waited_in_vain_the_next_is_refused_at_once(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    card.hang()
    with pytest.raises(CommandRefused):
        card.thread.ask(lambda: None)
    monkeypatch.setattr(vault_thread, "ANSWER_WITHIN_S", 1e6)  # were it waited for, the test would time out

    with pytest.raises(CommandRefused, match="does not answer"):
        card.thread.ask(lambda: None)


def test_a_card_that_answers_again_serves_commands_again(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    card.hang()
    with pytest.raises(CommandRefused):
        card.thread.ask(lambda: None)
    monkeypatch.setattr(vault_thread, "ANSWER_WITHIN_S", 20.0)
    card.let_go()
    card.until_idle()

    assert card.thread.ask(lambda: "here") == "here"


def test_who_posts_to_a_card_that_hangs_is_not_held_for_ever(card: Card) -> None:
    card.hang()
    taken = [card.thread.post(lambda: None) for _ in range(QUEUE_JOBS + 2)]

    assert taken == [True] * QUEUE_JOBS + [False] * 2


def test_closing_waits_no_longer_for_a_full_queue(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_thread, "CLOSE_WITHIN_S", 0.2)
    card.hang()
    while card.thread.post(lambda: None):
        pass

    card.thread.close()


def test_an_optional_job_gives_way_to_a_backlog(card: Card) -> None:
    card.hang()
    assert card.thread.post_if_idle(lambda: None)
    while card.thread.backlog < vault_thread.BUSY_JOBS:
        card.thread.post(lambda: None)

    assert not card.thread.post_if_idle(lambda: None)


def test_a_fault_listener_that_fails_does_not_end_the_thread() -> None:
    def listener(_: str) -> None:
        raise ZeroDivisionError

    def fail() -> None:
        raise KeyError

    thread = VaultThread(listener)
    thread.post(fail)

    assert thread.ask(lambda: "still there") == "still there"
    thread.close()
