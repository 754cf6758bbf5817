"""Every clip says under which drawing it was made: in its own head, and in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from camera.clip_keeper import ClipKeeper
from camera.contract import AccessUnit
from camera.frame import Frame, MaskedFrame, PictureSize
from camera.mask import Mask
from camera.motion import Box
from camera.pipeline import Pipeline
from camera.recorder import RecorderAction
from camera.settings import CameraSettings
from camera.vault import Vault
from camera.vault.bech32 import bech32_encode
from camera.vault.cards import ClipOpened
from stoop.reader.clips import read_clip
from stoop.reader.identities import X25519Identity
from stoop.reader.journal import check_journal
from tests.camera.authority_fakes import FakeClock
from tests.camera.strategies import mask_of, noise

OWNER = X25519PrivateKey.from_private_bytes(bytes(range(32)))
RECIPIENT = bech32_encode("age", OWNER.public_key().public_bytes_raw())
IDENTITY = X25519Identity(OWNER.private_bytes_raw())
SIZE = PictureSize(64, 48)
LEFT = mask_of([[(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]])
RIGHT = mask_of([[(0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)]])
STEP_NS = 100_000_000


class ToVault:
    """Hands clips to the real vault, nothing else."""

    def __init__(self, keeper: ClipKeeper) -> None:
        self._keeper = keeper

    def unit(self, unit: AccessUnit) -> None: ...

    def motion(self, is_active: bool) -> None: ...

    def clip(self, action: RecorderAction, mask_digest: str) -> None:
        self._keeper.apply(action, mask_digest)

    def thumbnail(self, frame: MaskedFrame) -> None: ...
    def moving(self, captured_at_ns: int, boxes: Sequence[Box]) -> None: ...


class Camera:
    """Pipeline and vault; a clip is recorded by hand."""

    def __init__(self, folder: Path, mask: Mask) -> None:
        self._folder = folder
        self._vault = Vault(folder, "ab" * 16, (RECIPIENT,), FakeClock())
        settings = CameraSettings(pre_roll_s=1, post_roll_s=1, clip_cap_s=10)
        self.pipeline = Pipeline(SIZE, 10.0, settings, ToVault(ClipKeeper(self._vault, lambda *_: None)), mask)
        self._pictures = 0

    def watch(self, pictures: int) -> None:
        for _ in range(pictures):
            self._pictures += 1
            self.pipeline.process(Frame(noise(SIZE, 1), SIZE, self._pictures * STEP_NS))

    def record(self) -> None:
        self.watch(5)
        self.pipeline.record_now(self._pictures * STEP_NS)
        self.watch(5)

    def digests(self) -> tuple[list[str], list[str]]:
        """Of each clip, oldest first: as its own head says, and as the journal says."""
        self.pipeline.stop("stopped")
        self._vault.close()
        heads = []
        for path in sorted((self._folder / "clips").glob("*.age")):
            opened = read_clip(path, [IDENTITY]).opened
            assert opened is not None
            heads.append(opened.mask)
        files = {int(file.stem, 16): file for file in (self._folder / "journal").iterdir()}
        records = check_journal(files, [IDENTITY]).records()
        return heads, [record.mask for record in records if isinstance(record, ClipOpened)]


@pytest.fixture
def camera(tmp_path: Path) -> Camera:
    return Camera(tmp_path, LEFT)


def test_a_clip_names_the_drawing_in_force(camera: Camera) -> None:
    camera.record()

    assert camera.digests() == ([LEFT.digest], [LEFT.digest])


def test_a_clip_that_is_open_when_the_drawing_changes_keeps_its_own_and_the_next_names_the_new(camera: Camera) -> None:
    camera.record()
    camera.pipeline.use_mask(RIGHT)
    camera.record()
    camera.pipeline.use_mask(LEFT)
    camera.record()

    wanted = [LEFT.digest, RIGHT.digest, LEFT.digest]
    assert camera.digests() == (wanted, wanted)
