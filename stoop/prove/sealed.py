"""Whether clips are age files for the owner alone, and nothing else on the disk is a picture or a video."""

from __future__ import annotations

from pathlib import Path

from camera.vault.bech32 import Bech32Error, bech32_decode
from stoop.prove.files import files, read_start
from stoop.prove.finding import Finding, judged, not_checked
from stoop.prove.installation import Installation
from stoop.reader.age_header import parse_header
from stoop.reader.errors import HeaderError

SEALED = "Every clip is locked to your key alone."
CLEAR = "No picture or video lies on the card unlocked."
_STANZA_OF = {"age": b"X25519", "age1pq": b"mlkem768x25519"}
_INTRO = b"age-encryption.org/v1\n"
_MEDIA = {
    "a JPEG picture": (0, b"\xff\xd8\xff"),
    "a PNG picture": (0, b"\x89PNG"),
    "an MP4 video": (4, b"ftyp"),
    "a Matroska video": (0, b"\x1a\x45\xdf\xa3"),
    "H.264 video": (0, b"\x00\x00\x00\x01\x67"),
    "an AVI video": (8, b"AVI "),
    "a WebP picture": (8, b"WEBP"),
}


def clips_sealed(installation: Installation) -> Finding:
    """Reads the head of each clip; what is behind it opens with the owner's key only, as `stoop open` shows."""
    how = "read the head of each clip: one lock, of your key's kind"
    clips = sorted((installation.data / "sealed" / "clips").glob("*"))
    kind = owner_stanza(installation.recipient())
    if not clips:
        return not_checked(SEALED, how, "no clip has been recorded yet")
    if kind is None:
        return not_checked(SEALED, how, "there are clips, and nobody owns the camera")
    faults = [f"{clip.name[:16]}: {fault}" for clip in clips if (fault := clip_fault(clip, kind))]
    return judged(SEALED, f"{how} ({kind.decode()}); clips: {len(clips)}", faults)


def owner_stanza(recipient: str | None) -> bytes | None:
    """The kind of stanza that the owner's key asks for."""
    try:
        return _STANZA_OF.get(bech32_decode(recipient)[0]) if recipient else None
    except Bech32Error:
        return None


def clip_fault(path: Path, kind: bytes) -> str | None:
    """What is wrong with a clip's head; a head that a power cut ended holds nothing and is no fault."""
    try:
        with path.open("rb") as file:
            header = parse_header(file)
    except FileNotFoundError:  # made room for another
        return None
    except HeaderError as error:
        start = read_start(path, 4096)
        is_cut = len(start) < 4096 and (_INTRO.startswith(start) or start.startswith(_INTRO)) and b"\n---" not in start
        return None if is_cut else str(error)
    kinds = [stanza.kind for stanza in header.stanzas]
    return None if kinds == [kind] else "locked to " + ", ".join(found.decode("ascii", "replace") for found in kinds)


def nothing_in_the_clear(installation: Installation) -> Finding:
    """By the first bytes of each file, whatever its name. Phrases for the door are sound, and meant to be heard."""
    found, count = [], 0
    for entry in files(installation.data):
        count += 1
        start = read_start(entry.path, 16)
        found += [f"{what}: {entry.name}" for what, (at, magic) in _MEDIA.items() if start[at:].startswith(magic)]
    return judged(CLEAR, f"looked at the first bytes of {count} files for pictures and videos", found)
