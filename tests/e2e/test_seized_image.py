"""Somebody takes the card and reads every byte of it, free space and file system included: nothing is in the clear."""

from __future__ import annotations

import mmap
import subprocess
from collections.abc import Iterator

import pytest

from tests.e2e.conftest import starter, until
from tests.e2e.marked_video import paint_marker
from tests.e2e.scripted_owner import ScriptedOwner
from tests.e2e.test_seized_folder import CAMERA_NAME, HALL, KEY_SIGNS, VIDEO_SIGNS, owner_who_records
from tests.small_disk import small_disk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CARD_BYTES = 192 * 1024 * 1024


class Card:
    """Every byte of a card that was used for a while, and what its owner knows."""

    def __init__(self, image: mmap.mmap, owner: ScriptedOwner, code: str, sealed: bytes) -> None:
        self.image, self.owner, self.code = image, owner, code
        self.sealed = sealed
        """A piece from the middle of a clip that was deleted."""


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Card]:
    """A claim, a drawing, clips with a visitor, one of them deleted, one kept, a plate; then it is switched off."""
    if not HALL.exists():
        pytest.skip("no shared videos here: set STOOP_SHARED to the folder with data/motion")
    folder = tmp_path_factory.mktemp("card")
    paint_marker(HALL, folder / "marked.mp4", 5)
    with small_disk(folder / "data", CARD_BYTES, "journalled ext4") as data, starter(folder) as start:
        run = start(f"file:{folder / 'marked.mp4'}", "[camera]\nplate_s = 2\npost_roll_s = 1\nclip_cap_s = 10\n")
        owner = owner_who_records(run)
        thumbnails = data / "sealed" / "thumbs"
        until(lambda: len(list(thumbnails.glob("*.thumb"))) >= 3, "three ended clips")
        gone, kept = sorted(path.stem for path in thumbnails.glob("*.thumb"))[:2]
        sealed = (data / "sealed" / "clips" / f"{gone}.age").read_bytes()[8192 : 8192 + 64]
        owner.command("clip.delete", clip=gone).raise_for_status()
        owner.command("clip.keep", clip=kept, kept=True).raise_for_status()
        until(lambda: owner.command("plate.get").json()["age"], "the plate")
        code = run.code
        run.stop()
        subprocess.run(["sync", "--file-system", str(data)], check=True)
    owner.http.close()
    with (folder / "data.img").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as image:
        yield Card(image, owner, code, sealed)


def test_the_whole_card_is_looked_at(card: Card) -> None:
    """What is there is found by this search: a name in the clear, the TLS key, and sealed bytes of a deleted clip."""
    assert len(card.image) == CARD_BYTES
    assert card.image.find(CAMERA_NAME.encode()) > 0
    assert KEY_SIGNS["private key"].search(card.image)
    assert card.image.find(card.sealed) > 0, "deleted, and not wiped: the threat model says so"


@pytest.mark.parametrize("sign", VIDEO_SIGNS)
def test_no_byte_of_the_card_is_a_picture_in_the_clear(card: Card, sign: str) -> None:
    assert [match.start() for match in VIDEO_SIGNS[sign].finditer(card.image)] == []


def test_the_only_private_key_on_the_card_is_that_of_the_servers_address(card: Card) -> None:
    assert KEY_SIGNS["age identity"].search(card.image) is None
    starts = [match.start() for match in KEY_SIGNS["private key"].finditer(card.image)]
    around = {bytes(card.image[start - 16 : start + 80]) for start in starts}
    begins = {text for text in around if b"BEGIN" in text}
    assert len(begins) == 1, "copies of one file at most"


def test_no_secret_of_the_owner_is_on_the_card(card: Card) -> None:
    owner = card.owner
    secrets = {
        "identity": owner.identity.encode(),
        "identity in small letters": owner.identity.lower().encode(),
        "device key": owner.key.private_bytes_raw(),
        "device key in hex": owner.key.private_bytes_raw().hex().encode(),
        "claim code": card.code.encode(),
        "claim code without dash": card.code.replace("-", "").encode(),
    }
    assert [name for name, secret in secrets.items() if card.image.find(secret) >= 0] == []
