"""Somebody takes the data folder: they find out that there were clips and when, and nothing of what is in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from camera.encoder import Encoder
from camera.frame import PictureSize
from camera.inventory import take_inventory
from camera.mask import Masker
from camera.thumbnail import jpeg_thumbnail
from stoop.open_clips import list_clips, open_clips
from tests.camera.strategies import noise_frame
from tests.e2e.conftest import SHARED, StoopRun, starter, until
from tests.e2e.marked_video import MARKER_YUV, paint_marker
from tests.e2e.scripted_owner import ScriptedOwner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HALL = SHARED / "data" / "motion" / "hall_visitors1.mp4"
CAMERA_NAME, DEVICE_NAME = "Front door", "Script"  # as ScriptedOwner names them
VIDEO_SIGNS = {
    "MP4": re.compile(rb"ftyp(iso|mp4|dash)|moof....mfhd|moov....mvhd|avcC\x01\x42", re.DOTALL),
    "H.264": re.compile(rb"\x00\x00\x00?\x01[\x67\x27]\x42[\xc0\xe0]"),
    "JPEG": re.compile(rb"\xff\xd8\xff[\xe0\xdb]..(JFIF|Exif)", re.DOTALL),
    "PNG": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "marker": re.compile(b"|".join(re.escape(bytes([sample] * 48)) for sample in MARKER_YUV)),
}
KEY_SIGNS = {
    "age identity": re.compile(rb"AGE-SECRET-KEY-", re.IGNORECASE),
    "private key": re.compile(rb"PRIVATE KEY"),
}
READABLE = [
    (r"camera/camera\.json", "who the camera is, what it is called, and to whom it seals"),
    (r"camera/devices\.json", "names, roles and public keys of the devices"),
    (r"camera/mask\.json", "the drawing"),
    (r"camera/mask_shape\.json", "the picture sizes that it was made for"),
    (r"camera/view\.json", "outlines of what stands on the stoop"),
    (r"server/tls-key\.pem", "the web server's own key"),
    (r"server/tls-cert\.pem", "its certificate"),
    (r"sealed/sequence", "how many clips there ever were"),
    (r"sealed/ages", "how long the camera has run, and how many clips there were by then"),
    (r"sealed/kept/[0-9a-f]{32}", "which clips the owner keeps"),
]
MAYBE_READABLE = [
    (r"camera/replies/([0-9a-f]{16}\.wav|replies\.json)", "phrases that are played to anybody at the door")
]
"""There where a program that speaks is installed, or the owner recorded some."""
SEALED = [r"sealed/clips/[0-9a-f]{32}\.age", r"sealed/thumbs/[0-9a-f]{32}\.thumb", r"sealed/journal/[0-9a-f]{8}\.sjl"]
"""Of these, name, size and time of change can be read."""


def owner_who_records(run: StoopRun) -> ScriptedOwner:
    """A claim, a drawing, a plate under way, and a clip begun."""
    owner = ScriptedOwner(run.url)
    owner.claim(run.code).raise_for_status()
    owner.draw()
    owner.command("plate.get").raise_for_status()
    until(lambda: owner.state()["is_delivering"], "pictures")
    owner.command("clip.record").raise_for_status()
    return owner


class Seized:
    """The folder after the power went, and what its owner knows."""

    def __init__(self, data: Path, owner: ScriptedOwner, code: str) -> None:
        self.data, self.owner, self.code = data, owner, code
        self.files = {str(path.relative_to(data)): path.read_bytes() for path in data.rglob("*") if path.is_file()}

    def sealed(self) -> dict[str, bytes]:
        return {name: data for name, data in self.files.items() if name.startswith("sealed/")}


@pytest.fixture(scope="module")
def seized(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seized]:
    """Clips of a visit, a thumbnail and a plate."""
    if not HALL.exists():
        pytest.skip("no shared videos here: set STOOP_SHARED to the folder with data/motion")
    folder = tmp_path_factory.mktemp("seized")
    paint_marker(HALL, folder / "marked.mp4", 5)
    with starter(folder) as start:
        run = start(f"file:{folder / 'marked.mp4'}", "[camera]\nplate_s = 2\npost_roll_s = 1\nclip_cap_s = 20\n")
        owner = owner_who_records(run)
        clips = run.data / "sealed" / "clips"
        until(lambda: sum(path.stat().st_size for path in clips.glob("*.age")) > 400_000, "a long clip")
        kept = min(path.stem for path in clips.glob("*.age"))
        owner.command("clip.keep", clip=kept, kept=True).raise_for_status()
        until(lambda: owner.command("plate.get").json()["age"], "the plate")
    yield Seized(run.data, owner, run.code)
    owner.http.close()


def test_there_is_something_to_be_found(seized: Seized, tmp_path: Path) -> None:
    identity = tmp_path / "identity.txt"
    identity.write_text(seized.owner.identity + "\n")
    clips = list_clips(seized.data, identity)

    assert sum(clip.size_bytes for clip in clips) > 400_000
    assert any(name.startswith("sealed/thumbs/") for name in seized.files)


def test_the_signs_are_seen_where_they_are(seized: Seized, tmp_path: Path) -> None:
    """The search itself finds each sign in what is not sealed."""
    identity = tmp_path / "identity.txt"
    identity.write_text(seized.owner.identity + "\n")
    opened = next(
        report.opened_to for report in open_clips(seized.data, identity, tmp_path / "out") if report.opened_to
    )
    size = PictureSize(64, 48)
    black = Masker(None, size).apply(noise_frame(size, 0))
    in_the_clear = {
        "MP4": Path(opened).read_bytes(),
        "H.264": Encoder(size, 15.0).encode(black)[0].data,
        "JPEG": jpeg_thumbnail(black),
        "PNG": b"\x89PNG\r\n\x1a\n",
        "marker": bytes([MARKER_YUV[0]] * 64),
    }

    assert [sign for sign, data in in_the_clear.items() if not VIDEO_SIGNS[sign].search(data)] == []


@pytest.mark.parametrize("sign", [*VIDEO_SIGNS, *KEY_SIGNS])
def test_no_file_holds_a_picture_or_a_key_in_the_clear(seized: Seized, sign: str) -> None:
    pattern = {**VIDEO_SIGNS, **KEY_SIGNS}[sign]
    found = sorted(name for name, data in seized.files.items() if pattern.search(data))

    assert found == (["server/tls-key.pem"] if sign == "private key" else [])


def test_the_owners_secrets_are_nowhere(seized: Seized) -> None:
    owner = seized.owner
    secrets = [
        owner.identity.encode(),
        owner.identity.lower().encode(),
        owner.key.private_bytes_raw(),
        seized.code.encode(),
        seized.code.replace("-", "").encode(),
    ]
    for name, data in seized.files.items():
        assert [secret for secret in secrets if secret in data] == [], name
        assert owner.key.private_bytes_raw().hex().encode() not in data, name


def test_the_inventory_knows_every_file_and_finds_the_servers_key_alone(seized: Seized) -> None:
    found = take_inventory(seized.data)
    assert (found.strange, found.unread) == ([], [])
    assert found.private_keys == ["server/tls-key.pem"]
    assert found.piles["clips"].files == sum(name.startswith("sealed/clips/") for name in seized.files)


def test_what_is_sealed_names_nobody(seized: Seized) -> None:
    known = json.loads(seized.files["camera/camera.json"])
    words = [CAMERA_NAME, DEVICE_NAME, seized.owner.device, known["camera_id"], "motion", "manual", "view.started"]
    for name, data in seized.sealed().items():
        assert [word for word in words if word.encode() in data] == [], name
        assert [word for word in words if word in name] == []


def test_what_can_be_read_is_exactly_what_the_threat_model_says(seized: Seized) -> None:
    allowed = [pattern for pattern, _ in READABLE] + SEALED + [r"sealed/reserve"]  # noise, given up on a full card
    may_be = allowed + [pattern for pattern, _ in MAYBE_READABLE]
    unexpected = [name for name in seized.files if not any(re.fullmatch(pattern, name) for pattern in may_be)]
    missing = [pattern for pattern in allowed if not any(re.fullmatch(pattern, name) for name in seized.files)]

    assert unexpected == []
    assert missing == []
    said = set(json.loads(seized.files["camera/camera.json"]))
    assert {"camera_id", "recipient"} <= said
    assert said <= {
        "camera_id",
        "name",
        "recipient",
        "keep_hours",
        "clips_share",
        "is_watching",
        "is_recording_on_motion",
        "is_loosening_locked",
        "is_bell_only",
        "is_sound_recorded",
        "takes_messages",
    }
    assert set(json.loads(seized.files["camera/devices.json"])["devices"][0]) == {
        "device",
        "name",
        "role",
        "public_key",
        "paired_at_ms",
    }
    assert re.fullmatch(rb"[0-9]+ [0-9a-f]{8}\n", seized.files["sealed/sequence"])


def test_sealed_files_are_noise_after_their_heads(seized: Seized) -> None:
    """Every byte value comes about equally often: nothing in between is left in the clear."""
    for name, data in seized.sealed().items():
        if name.endswith(".age") and len(data) > 60_000:
            counts = np.bincount(np.frombuffer(data[1024:], np.uint8), minlength=256)
            assert counts.min() > 0.8 * counts.mean(), name
            assert counts.max() < 1.2 * counts.mean(), name


def test_only_its_user_may_read_what_is_not_sealed(seized: Seized) -> None:
    folders = ("camera", "server", "sealed", "sealed/clips", "sealed/thumbs", "sealed/journal", "sealed/kept")
    modes = {name: (seized.data / name).stat().st_mode & 0o777 for name in folders}
    readable = [name for name in seized.files if (seized.data / name).stat().st_mode & 0o027]

    assert modes == {name: 0o750 if name.startswith("sealed") else 0o700 for name in folders}
    assert readable == ["server/tls-cert.pem"]  # public by its nature, and in a folder of the server's own
