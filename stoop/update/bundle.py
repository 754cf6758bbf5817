"""The update file: a tar whose first member is a manifest, whose second signs it, and whose others the manifest names.

docs/design/0009 "Updates" is the format. Nothing of it is believed before the signature, and nothing of a member before
its hash.
"""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from stoop.update.errors import UpdateRefused

SUFFIX = ".stoopupdate"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
SIGNED_PREFIX = b"stoop-update-v1\0"
"""In front of the manifest under the signature, so that it is a signature for nothing else."""
MAX_MANIFEST_BYTES = 256 * 1024
MAX_TOTAL_BYTES = 1024 * 1024 * 1024
_NAME = re.compile(
    r"(requirements\.lock|wheels/[\w.+-]+\.whl|deploy/([\w-]+/)*[\w-]+@?(\.[\w-]+)*|slot/(boot|system)\.img)", re.ASCII
)
_COPY_BYTES = 1024 * 1024
_HEAD_BYTES = MAX_MANIFEST_BYTES + 3 * tarfile.BLOCKSIZE
"""Manifest, signature and what tar puts before each: all that is read before the signature was checked."""
_UNREADABLE = (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError)
"""What tarfile raises for bytes that are no tar, or are made to break it."""


class FileEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the update: where it goes below the unpacked folder, its size and SHA-256 (hex)."""

    name: Annotated[str, msgspec.Meta(max_length=200)]
    size_bytes: Annotated[int, msgspec.Meta(ge=0, le=MAX_TOTAL_BYTES)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    is_executable: bool = False


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`counter` grows with every release: one that is not larger than the installed is refused."""

    v: Literal[1]
    version: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z.+-]{1,40}$")]
    counter: Annotated[int, msgspec.Meta(ge=1, le=2**53)]
    files: Annotated[tuple[FileEntry, ...], msgspec.Meta(min_length=1, max_length=500)]


def unpack(bundle: Path, key: Ed25519PublicKey, installed_counter: int, folder: Path) -> Manifest:
    """Check all of `bundle` while unpacking it into the empty `folder`; its manifest.

    Raises UpdateRefused; `folder` may hold some checked files then, and is to be thrown away. Raises OSError when it
    cannot be written.
    """
    glance(bundle, key)  # of what nobody signed, no more is read than this
    try:
        with tarfile.open(bundle, "r:") as tar:
            members = iter(tar)
            manifest = _signed_manifest(tar, members, key)
            if manifest.counter <= installed_counter:
                raise UpdateRefused(
                    f"update {manifest.version} (number {manifest.counter}) is not newer than what is installed (number"
                    f" {installed_counter}): nothing was changed"
                )
            _unpack_files(tar, members, manifest, folder)
    except _UNREADABLE as error:
        raise _damaged(bundle, error) from error
    return manifest


def glance(bundle: Path, key: Ed25519PublicKey) -> Manifest:
    """Its manifest alone, and that `key` signed it; what that names may be altered or missing.

    Raises UpdateRefused, OSError.
    """
    try:
        with bundle.open("rb") as file, tarfile.open(fileobj=io.BytesIO(file.read(_HEAD_BYTES)), mode="r:") as tar:
            return _signed_manifest(tar, iter(tar), key)
    except _UNREADABLE as error:
        raise _damaged(bundle, error) from error


def write(
    bundle: Path, files: Mapping[str, Path], version: str, counter: int, key: Ed25519PrivateKey | None
) -> Manifest:
    """Make an update file of these (name to path); the same bytes for the same files. Unsigned without a key: refused.

    Raises UpdateRefused for a name that no update may carry.
    """
    entries = tuple(_entry(name, path) for name, path in sorted(files.items()))
    manifest = Manifest(1, version, counter, entries)
    _check_names(manifest)
    text = msgspec.json.encode(manifest)
    with tarfile.open(bundle, "w:", format=tarfile.USTAR_FORMAT) as tar:
        _add(tar, MANIFEST, text)
        _add(tar, SIGNATURE, key.sign(SIGNED_PREFIX + text) if key else b"")
        for entry in entries:
            with files[entry.name].open("rb") as file:
                tar.addfile(_info(entry.name, entry.size_bytes), file)
    return manifest


def _damaged(bundle: Path, error: Exception) -> UpdateRefused:
    return UpdateRefused(f"{bundle.name} is damaged or no update ({error}): fetch it again")


def _signed_manifest(tar: tarfile.TarFile, members: Iterator[tarfile.TarInfo], key: Ed25519PublicKey) -> Manifest:
    text = _small(tar, next(members, None), MANIFEST, MAX_MANIFEST_BYTES)
    signature = _small(tar, next(members, None), SIGNATURE, 64)
    if not signature:
        raise UpdateRefused("the update is not signed: take one from whom you had Stoop")
    try:
        key.verify(signature, SIGNED_PREFIX + text)
    except InvalidSignature as error:
        raise UpdateRefused(
            "the update was changed, or is signed by somebody whom this doorbell does not know: take one from whom you "
            "had Stoop"
        ) from error
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.MsgspecError as error:
        raise UpdateRefused(f"the update is of a kind that this version cannot read ({error})") from error
    _check_names(manifest)
    return manifest


def _check_names(manifest: Manifest) -> None:
    names = [entry.name for entry in manifest.files]
    bad = [name for name in names if not _NAME.fullmatch(name)]
    if bad or len(set(names)) != len(names):
        raise UpdateRefused(f"the update holds a file that has no place in one: {(bad or names)[0]!r}")
    if sum(entry.size_bytes for entry in manifest.files) > MAX_TOTAL_BYTES:
        raise UpdateRefused("the update is too large to be one")


def _unpack_files(tar: tarfile.TarFile, members: Iterator[tarfile.TarInfo], manifest: Manifest, folder: Path) -> None:
    wanted = {entry.name: entry for entry in manifest.files}
    for member in members:
        entry = wanted.pop(member.name, None)
        if entry is None or not member.isreg() or member.size != entry.size_bytes:
            raise UpdateRefused(f"the update holds what its list does not name: {member.name!r}")
        path = folder / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        if _copy(tar, member, path) != entry.sha256:
            raise UpdateRefused(f"{entry.name} in the update was changed: fetch it again")
        path.chmod(0o755 if entry.is_executable else 0o644)
    if wanted:
        raise UpdateRefused(f"the update is cut: {sorted(wanted)[0]} is missing, fetch it again")


def _copy(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> str:
    source, digest = tar.extractfile(member), hashlib.sha256()
    assert source is not None  # a regular file
    with source, path.open("xb") as out:
        while data := source.read(_COPY_BYTES):
            digest.update(data)
            out.write(data)
    return digest.hexdigest()


def _small(tar: tarfile.TarFile, member: tarfile.TarInfo | None, name: str, limit_bytes: int) -> bytes:
    if member is None or member.name != name or not member.isreg() or member.size > limit_bytes:
        raise UpdateRefused(f"the file is no update: it does not begin with {name}")
    file = tar.extractfile(member)
    assert file is not None  # a regular file
    return file.read()


def _entry(name: str, path: Path) -> FileEntry:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return FileEntry(name, path.stat().st_size, digest, bool(path.stat().st_mode & 0o100))


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    tar.addfile(_info(name, len(data)), io.BytesIO(data))


def _info(name: str, size_bytes: int) -> tarfile.TarInfo:
    """Without time, owner or anything else of the machine that made it."""
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size_bytes, 0o644, 0
    return info
