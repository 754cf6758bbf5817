"""A card that falls too far behind costs the clip and says so; the next clip starts whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from camera import vault_thread
from camera.contract import AccessUnit
from camera.encoder import Encoder
from camera.frame import PictureSize
from camera.mask import Masker
from camera.recorder import AppendUnit, EndClip, StartClip
from camera.storage import Storage
from tests.camera.authority_fakes import RECIPIENT, FakeClock
from tests.camera.strategies import noise_frame
from tests.camera.test_vault_thread import Card

SIZE = PictureSize(64, 48)
DIGEST = "0" * 64


@pytest.fixture
def news() -> list[str]:
    return []


@pytest.fixture
def storage(tmp_path: Path, news: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    monkeypatch.setattr(vault_thread, "QUEUE_JOBS", 5)
    monkeypatch.setattr(vault_thread, "POST_WITHIN_S", 0.1)
    folder = tmp_path / "sealed"
    made = Storage(
        folder, "ab" * 16, FakeClock(), 0.5, lambda kind, _: news.append(kind), lambda f: news.append(str(f))
    )
    with closing(made):
        made.found(RECIPIENT)
        yield made


def units(count: int) -> list[AccessUnit]:
    encoder, masker = Encoder(SIZE, 15.0), Masker(None, SIZE)
    frames = (noise_frame(SIZE, 0, number * 66_666_667) for number in range(count))
    return [unit for frame in frames for unit in encoder.encode(masker.apply(frame))]


def test_a_card_too_far_behind_costs_the_clip_and_the_next_one_is_whole(storage: Storage, news: list[str]) -> None:
    card = Card(storage._thread)
    first, *rest = units(20)
    storage.clip(StartClip("motion", (first,)), DIGEST)
    card.hang()
    for unit in rest:
        storage.clip(AppendUnit(unit), DIGEST)
    storage.clip(EndClip("fault"), DIGEST)
    card.let_go()
    card.until_idle()
    assert [item for item in news if "keep up" in item] == news[1:2]  # told once, at once

    storage.clip(StartClip("motion", (first,)), DIGEST)
    storage.clip(EndClip("quiet"), DIGEST)
    card.until_idle()
    assert [item for item in news if item.startswith("clip.")] == ["clip.opened", "clip.closed"] * 2
    assert news[-1] == "None"
