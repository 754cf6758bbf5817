"""What lies on the disk: keys, clips, pictures, the journal and the modes of files; each fault is noticed."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from camera.vault import seal_bytes
from camera.vault.bech32 import bech32_decode
from stoop.prove.journal import journal_verifies, journal_whole
from stoop.prove.keys import no_key
from stoop.prove.modes import file_modes
from stoop.prove.sealed import clips_sealed, nothing_in_the_clear
from tests.stoop.prove.fakes import Owned, new_owner


def raw(secret: str) -> bytes:
    return bech32_decode(secret)[1]


def der_key(kind: Encoding) -> bytes:
    return X25519PrivateKey.generate().private_bytes(kind, PrivateFormat.PKCS8, NoEncryption())


# --- keys -------------------------------------------------------------------------------------------------------


def test_a_folder_as_the_camera_leaves_it_holds_no_key(camera: Owned) -> None:
    finding = no_key(camera.installation)
    assert (finding.result, "tls-key.pem encrypts the connection" in finding.detail) == ("proved", True)


@pytest.mark.parametrize(
    "text",
    [
        lambda secret: secret.encode(),
        lambda secret: secret.lower().encode(),
        lambda secret: b"x" * (1024 * 1024 - 30) + secret.encode(),
        lambda secret: b"id" + raw(secret) + b"tail",
        lambda secret: raw(secret).hex().encode(),
        lambda secret: b'{"k":"' + base64.urlsafe_b64encode(raw(secret)).rstrip(b"=") + b'"}',
        lambda _: der_key(Encoding.PEM),
        lambda _: der_key(Encoding.DER),
        lambda _: b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
    ],
    ids=["written", "lower", "on a border", "raw", "hex", "base64", "pem", "der", "ssh"],
)
def test_a_key_on_the_disk_is_found(camera: Owned, text: Callable[[str], bytes]) -> None:
    (camera.data / "camera" / "notes").write_bytes(text(camera.secret))
    finding = no_key(camera.installation)
    assert (finding.result, "camera/notes" in finding.detail) == ("failed", True)
    assert camera.secret not in finding.detail


def test_a_key_at_the_end_of_a_clip_is_found(one_camera: Owned) -> None:
    with one_camera.clip().open("ab") as clip:
        clip.write(one_camera.secret.encode())
    assert no_key(one_camera.installation).result == "failed"


def test_the_connections_key_is_one_only_in_its_place(one_camera: Owned) -> None:
    shutil.copy(one_camera.data / "server" / "tls-key.pem", one_camera.data / "camera" / "copy.pem")
    assert no_key(one_camera.installation).result == "failed"


# --- clips ------------------------------------------------------------------------------------------------------


def test_clips_of_the_owner_are_sealed(camera: Owned) -> None:
    assert clips_sealed(camera.installation).result == "proved"
    assert nothing_in_the_clear(camera.installation).result == "proved"


@pytest.mark.parametrize("kind", ["hybrid", "x25519"])
def test_a_clip_that_a_second_key_opens_is_found(camera: Owned, kind: str) -> None:
    sealed = seal_bytes((new_owner(kind)[0],) * 2, b"picture")
    camera.clip().write_bytes(sealed)
    assert clips_sealed(camera.installation).result == "failed"


@pytest.mark.parametrize("content", [b"\0\0\0\x18ftypiso5", b"not sealed", b"age-encryption.org/v2\n"])
def test_a_clip_that_is_no_age_file_is_found(one_camera: Owned, content: bytes) -> None:
    one_camera.clip().write_bytes(content)
    assert clips_sealed(one_camera.installation).result == "failed"


@pytest.mark.parametrize("size_bytes", [0, 5, 60])
def test_a_clip_cut_in_its_head_holds_nothing(one_camera: Owned, size_bytes: int) -> None:
    one_camera.clip().write_bytes(one_camera.clip().read_bytes()[:size_bytes])
    assert clips_sealed(one_camera.installation).result == "proved"


def test_without_a_clip_nothing_is_claimed(one_camera: Owned) -> None:
    shutil.rmtree(one_camera.data / "sealed")
    found = [check(one_camera.installation) for check in (clips_sealed, journal_whole, journal_verifies)]
    assert {finding.result for finding in found} == {"not checked"}


@pytest.mark.parametrize("magic", [b"\xff\xd8\xff\xe0", b"\x89PNG\r\n", b"\0\0\0\x18ftyp", b"\0\0\0\1\x67\x42"])
@pytest.mark.parametrize("place", ["camera/plate.bin", "sealed/thumbs/x.thumb", "x"])
def test_a_picture_in_the_clear_is_found(one_camera: Owned, magic: bytes, place: str) -> None:
    (one_camera.data / place).write_bytes(magic + bytes(64))
    finding = nothing_in_the_clear(one_camera.installation)
    assert (finding.result, place in finding.detail) == ("failed", True)


# --- journal ----------------------------------------------------------------------------------------------------


def epochs(camera: Owned) -> list[Path]:
    return sorted((camera.data / "sealed" / "journal").iterdir())


def with_key(camera: Owned, folder: Path) -> Owned:
    (folder / "key.txt").write_text(camera.secret + "\n")
    return replace(camera, installation=replace(camera.installation, identity=folder / "key.txt"))


def test_a_journal_is_whole_without_a_key_and_verified_with_it(camera: Owned, tmp_path: Path) -> None:
    assert journal_whole(camera.installation).result == "proved"
    assert journal_verifies(camera.installation).result == "not checked"
    verified = journal_verifies(with_key(camera, tmp_path).installation)
    assert (verified.result, "1 link" in verified.detail) == ("proved", True)


def test_a_missing_part_is_noticed_without_a_key(one_camera: Owned) -> None:
    epochs(one_camera)[0].unlink()
    assert journal_whole(one_camera.installation).result == "failed"


@pytest.mark.parametrize("content", [b"", b"STOOPJ1\n", b"STOOPJ1\n\0\0\0\x05hello", b"x" * 600])
def test_a_damaged_head_is_noticed_without_a_key(one_camera: Owned, content: bytes) -> None:
    epochs(one_camera)[0].write_bytes(content)
    assert journal_whole(one_camera.installation).result == "failed"


def test_a_part_sealed_to_another_kind_of_key_is_noticed(one_camera: Owned) -> None:
    sealed = seal_bytes((new_owner("hybrid")[0],), b"{}")
    epochs(one_camera)[1].write_bytes(b"STOOPJ1\n" + len(sealed).to_bytes(4, "big") + sealed)
    assert journal_whole(one_camera.installation).result == "failed"


def test_a_changed_record_is_noticed_with_the_key(one_camera: Owned, tmp_path: Path) -> None:
    path = epochs(one_camera)[0]
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    assert journal_verifies(with_key(one_camera, tmp_path).installation).result == "failed"


def test_a_record_cut_off_the_end_of_a_part_is_noticed_with_the_key(one_camera: Owned, tmp_path: Path) -> None:
    path = epochs(one_camera)[0]
    path.write_bytes(path.read_bytes()[:-512])
    assert journal_verifies(with_key(one_camera, tmp_path).installation).result == "failed"


def test_a_clip_that_vanished_is_noticed_with_the_key(one_camera: Owned, tmp_path: Path) -> None:
    one_camera.clip().unlink()
    assert journal_verifies(with_key(one_camera, tmp_path).installation).result == "failed"


def test_somebody_elses_key_verifies_nothing(one_camera: Owned, tmp_path: Path) -> None:
    stranger = with_key(replace(one_camera, secret=new_owner("x25519")[1]), tmp_path)
    assert journal_verifies(stranger.installation).result != "proved"


# --- modes ------------------------------------------------------------------------------------------------------


def test_the_modes_that_the_camera_gives_are_shut(one_camera: Owned) -> None:
    (one_camera.data / "proof.json").write_text("{}")
    assert file_modes(one_camera.installation).result == "proved"


@pytest.mark.parametrize(
    ("place", "mode"), [("camera", 0o755), ("camera", 0o750), ("server", 0o701), ("sealed", 0o755)]
)
def test_a_folder_that_is_open_is_found(one_camera: Owned, place: str, mode: int) -> None:
    (one_camera.data / place).chmod(mode)
    if place == "sealed":
        one_camera.clip().parent.chmod(0o755)
    assert file_modes(one_camera.installation).result == "failed"


def test_a_readable_file_and_a_link_are_found(one_camera: Owned) -> None:
    (one_camera.data / "copy").write_text("x")
    assert "open to everybody" in file_modes(one_camera.installation).detail
    (one_camera.data / "copy").unlink()
    (one_camera.data / "copy").symlink_to("camera")
    assert "a link to elsewhere" in file_modes(one_camera.installation).detail
