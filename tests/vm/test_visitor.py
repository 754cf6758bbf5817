"""The visitor himself: what a busy machine does to him, played by a fake."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, cast

import httpx
import pytest

from tests.e2e.scripted_owner import WHOLE_PICTURE, ScriptedOwner
from tests.vm import visitor

GONE = {"is_delivering": False, "recording_clip": None}
THERE = {"is_delivering": True, "recording_clip": None}
RECORDING = {"is_delivering": True, "recording_clip": "clip"}


class FakeOwner:
    """Sees `states` in turn, and the last one from then on; its wishes are answered with `answers`."""

    def __init__(self, states: Iterable[dict[str, Any]], *answers: int) -> None:
        self._states, self._state = iter(states), dict[str, Any]()
        self._answers: Iterator[int] = iter(answers)

    def state(self) -> dict[str, Any]:
        self._state = next(self._states, self._state)
        return self._state

    def command(self, action: str) -> httpx.Response:
        return httpx.Response(next(self._answers), request=httpx.Request("POST", f"https://test/{action}"))

    def unused(self) -> list[int]:
        return list(self._answers)


def start(owner: FakeOwner) -> str:
    return visitor.start_clip(cast(ScriptedOwner, owner), 5)


def test_a_clip_is_asked_for_once_the_camera_delivers() -> None:
    owner = FakeOwner([THERE, GONE, GONE, THERE, RECORDING], 200)
    assert start(owner) == "clip"
    assert owner.unused() == []


def test_a_clip_that_is_refused_is_asked_for_again() -> None:
    owner = FakeOwner([THERE, THERE, THERE, RECORDING], 409, 200)
    assert start(owner) == "clip"
    assert owner.unused() == []


def test_a_clip_that_does_not_begin_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "AGAIN_S", 0.05)
    owner = FakeOwner([THERE, THERE, GONE, THERE, RECORDING], 200, 200)
    assert start(owner) == "clip"
    assert owner.unused() == []


def test_any_other_refusal_is_the_end() -> None:
    with pytest.raises(httpx.HTTPStatusError, match="403"):
        start(FakeOwner([THERE], 403))


@pytest.mark.parametrize(("in_force", "is_fine"), [(WHOLE_PICTURE, True), ("another", False)])
def test_a_drawing_that_was_taken_at_the_first_asking_is_in_force(
    monkeypatch: pytest.MonkeyPatch, in_force: str, is_fine: bool
) -> None:
    answers = iter([(200, {"digest": None, "mask": None}), (409, {}), (200, {"digest": "x", "mask": in_force})])

    def command(_: ScriptedOwner, action: str, **__: object) -> httpx.Response:
        code, body = next(answers)
        return httpx.Response(code, json=body, request=httpx.Request("POST", f"https://test/{action}"))

    monkeypatch.setattr(ScriptedOwner, "command", command)
    with contextlib.nullcontext() if is_fine else pytest.raises(httpx.HTTPStatusError, match="409"):
        ScriptedOwner("https://test").draw()
