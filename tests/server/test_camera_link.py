"""The link to the camera: it answers, breaks, and comes back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from camera.contract import AccessUnit, Event, KeyPictureWanted, NonceIssued, TicketEnded
from server import camera_link
from server.camera_link import CameraLink
from server.errors import CameraUnavailable, CommandRefused
from tests.server.fakes import FakeCamera, Recorder, camera_at, eventually, jws, state_of_camera


@contextlib.asynccontextmanager
async def running(path: Path, time_limit_s: float = 5.0) -> AsyncIterator[tuple[CameraLink, Recorder]]:
    link = CameraLink(path, time_limit_s=time_limit_s, sleep=lambda _: asyncio.sleep(0.001))
    recorder = Recorder()
    link.add_listener(recorder)
    task = asyncio.create_task(link.run())
    try:
        yield link, recorder
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def linked(path: Path) -> AsyncIterator[tuple[CameraLink, Recorder, FakeCamera]]:
    async with camera_at(path / "c.sock") as camera, running(path / "c.sock") as (link, recorder):
        await eventually(lambda: link.is_online)
        yield link, recorder, camera


async def test_without_a_camera_every_request_is_refused(short_path: Path) -> None:
    async with running(short_path / "c.sock") as (link, recorder):
        with pytest.raises(CameraUnavailable, match="not there"):
            await link.nonce()
        assert recorder.online == []


async def test_the_cameras_state_comes_first(short_path: Path) -> None:
    async with linked(short_path) as (link, recorder, camera):
        assert link.state == camera.state
        assert recorder.online == [True]


async def test_requests_are_answered_each_with_its_own(short_path: Path) -> None:
    async with linked(short_path) as (link, _, _):
        nonces = await asyncio.gather(*(link.nonce() for _ in range(20)))
        assert len(set(nonces)) == 20


async def test_a_command_brings_its_result_or_its_refusal(short_path: Path) -> None:
    async with linked(short_path) as (link, _, camera):
        camera.answers["mask.get"] = {"mask": None}
        assert (await link.command(jws("mask.get"))).body == {"mask": None}
        camera.answers["mask.get"] = ("forbidden", "owners only")
        with pytest.raises(CommandRefused, match="owners only"):
            await link.command(jws("mask.get"))


async def test_units_events_and_tickets_reach_every_listener(short_path: Path) -> None:
    async with linked(short_path) as (link, recorder, camera):
        second = Recorder()
        link.add_listener(second)
        sent = (AccessUnit(b"x" * 300_000, 1, True, 2), Event("motion.started", 3), TicketEnded("v", "over"))
        for message in sent:
            camera.send(message)
        await eventually(lambda: bool(second.tickets))
        assert (recorder.units[0], recorder.events[0], recorder.tickets[0]) == sent


async def test_a_request_that_nobody_answers_ends_by_itself(short_path: Path) -> None:
    async with camera_at(short_path / "c.sock") as camera, running(short_path / "c.sock", 0.01) as (link, _):
        await eventually(lambda: link.is_online)
        camera.is_silent = True
        with pytest.raises(CameraUnavailable, match="too long"):
            await link.nonce()
        assert link._pending == {}


async def test_at_most_so_many_requests_wait(short_path: Path) -> None:
    async with linked(short_path) as (link, _, camera):
        camera.is_silent = True
        waiting = [asyncio.ensure_future(link.nonce()) for _ in range(camera_link.MAX_PENDING)]
        await asyncio.sleep(0)
        with pytest.raises(CameraUnavailable, match="too much"):
            await link.nonce()
        camera.hang_up()
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(result, CameraUnavailable) for result in results)


async def test_it_survives_the_cameras_death_and_return(short_path: Path) -> None:
    async with linked(short_path) as (link, recorder, camera):
        await camera.die()
        await eventually(lambda: not link.is_online)
        assert link.state is not None
        camera.state = state_of_camera(name="Back door")
        await camera.start()
        await eventually(lambda: link.is_online)
        assert (await link.nonce()).startswith("nonce-")
        assert recorder.online == [True, False, True]
        assert recorder.states[-1].name == "Back door"


@pytest.mark.parametrize(
    "raw", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x01\xc1", b"\x00\x00\x00\x00", b"\x00\x00\x00\x02\x81\xa4"]
)
async def test_bytes_that_are_no_message_end_the_connection(short_path: Path, raw: bytes) -> None:
    async with linked(short_path) as (link, recorder, camera):
        camera.send_raw(raw)
        await eventually(lambda: camera.connections == 2 and link.is_online)
        assert recorder.online == [True, False, True]


async def test_an_answer_that_nobody_asked_for_is_ignored(short_path: Path) -> None:
    async with linked(short_path) as (link, _, camera):
        camera.send(NonceIssued(999, "stray"))
        assert await link.nonce() != "stray"


async def test_wishes_reach_the_camera_and_are_dropped_without_one(short_path: Path) -> None:
    async with linked(short_path) as (link, _, camera):
        link.want_key_picture()
        link.viewer_left("v1")
        await eventually(lambda: camera.left() == ["v1"])
        assert camera.heard_of(KeyPictureWanted) == 1
        await camera.die()
        await eventually(lambda: not link.is_online)
        link.want_key_picture()


async def test_a_camera_that_reads_nothing_is_disconnected(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera_link, "MAX_UNSENT_BYTES", -1)
    async with linked(short_path) as (link, recorder, _):
        link.want_key_picture()
        await eventually(lambda: recorder.online == [True, False, True])


async def test_a_fault_in_a_listener_does_not_end_the_link(short_path: Path) -> None:
    class Broken(Recorder):
        def event_happened(self, event: Event) -> None:
            raise ZeroDivisionError

    async with linked(short_path) as (link, recorder, camera):
        link.add_listener(Broken())
        camera.send(Event("motion.started", 1))
        await eventually(lambda: camera.connections == 2 and link.is_online)
        assert recorder.online == [True, False, True]
