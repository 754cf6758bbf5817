"""A disk that loses power: from the operations that were asked for to what may lie on it afterwards.

The model is that of POSIX where nothing better is promised, as in ALICE (Pillai et al., OSDI 2014): data of a file is
safe after its own sync and not before; a name is safe after a sync of its folder and not before; what was not synced
may be there whole, cut, with pages of zeros in it, or not at all; a rename is there or not. Names may also come in
the order of a file system's journal, which is what ext4 does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath as Path
from random import Random
from typing import Literal, TypeAlias

PAGE_BYTES = 4096
SECTOR_BYTES = 512
_LEAST_HOLE_BYTES = 16
"""A smaller hole, where the safe part ends just before a page does, is told from tampering by nobody."""
_STYLES = ("none", "all", "cut", "holes")
"""What comes of data that was not synced."""
OpKind = Literal["folder", "create", "write", "sync", "rename", "remove", "sync folder"]


@dataclass(frozen=True, slots=True)
class Op:
    """One operation; paths are relative to the vault's parent folder. `target` is of a rename, `data` of a write."""

    kind: OpKind
    path: Path
    target: Path | None = None
    data: bytes = b""


@dataclass(slots=True, eq=False)
class _Node:
    """A file or a folder. `safe` survives; `unsafe` was written after the last sync."""

    is_folder: bool
    safe: bytes = b""
    unsafe: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _NameChange:
    folder: Path
    gone: Path | None
    come: Path | None
    node: _Node | None


@dataclass(frozen=True, slots=True)
class State:
    """What lies on the disk when the power is back."""

    folders: tuple[Path, ...]
    files: dict[Path, bytes]

    @property
    def fingerprint(self) -> int:
        """The same for states that are alike, byte for byte; another for any other, but for one in 2^64."""
        return hash((frozenset(self.folders), frozenset((path, hash(data)) for path, data in self.files.items())))


Names: TypeAlias = dict[Path, _Node]


class Disk:
    """Follows the operations one by one; `cut` may be asked after any of them, as often as wanted."""

    def __init__(self, state: State | None = None) -> None:
        """Empty, or with everything of `state` safe."""
        self._now: Names = {}
        if state:
            self._now.update((path, _Node(True)) for path in state.folders)
            self._now.update((path, _Node(False, data)) for path, data in state.files.items())
        self._safe: Names = dict(self._now)
        self._changes: list[_NameChange] = []

    def apply(self, op: Op) -> None:
        match op.kind:
            case "folder" | "create":
                self._change(None, op.path, _Node(op.kind == "folder"))
            case "write":
                self._now[op.path].unsafe.append(op.data)
            case "sync":
                node = self._now[op.path]
                node.safe, node.unsafe = b"".join((node.safe, *node.unsafe)), []
            case "rename":
                assert op.target is not None
                self._change(op.path, op.target, self._now[op.path])
            case "remove":
                self._change(op.path, None, None)
            case "sync folder":
                done = [change for change in self._changes if change.folder == op.path]
                self._changes = [change for change in self._changes if change.folder != op.path]
                for change in done:
                    _apply(self._safe, change)

    def safe_files(self, suffix: str) -> dict[Path, bytes]:
        """What of each such file survives whatever happens: synced, under a synced name."""
        return {path: node.safe for path, node in self._safe.items() if path.suffix == suffix and not node.is_folder}

    def cut(self, random: Random) -> State:
        """One of the states that a power cut at this moment may leave."""
        names = self._names_after(random)
        folders = _reachable_folders(names)
        reachable = {path: node for path, node in names.items() if not node.is_folder and path.parent in folders}
        common = random.choice((*_STYLES, None))  # None: to each file its own
        files = {path: _content(node, common or random.choice(_STYLES), random) for path, node in reachable.items()}
        return State(folders, files)

    def kept(self) -> State:
        """What a killed process leaves: everything."""
        folders = tuple(path for path, node in self._now.items() if node.is_folder)
        files = {path: b"".join((node.safe, *node.unsafe)) for path, node in self._now.items() if not node.is_folder}
        return State(folders, files)

    def _change(self, gone: Path | None, come: Path | None, node: _Node | None) -> None:
        folder = (gone or come or Path()).parent
        change = _NameChange(folder, gone, come, node)
        _apply(self._now, change)
        self._changes.append(change)

    def _names_after(self, random: Random) -> Names:
        names = dict(self._safe)
        match random.choice(("journal", "folders", "any")):
            case "journal":
                kept = self._changes[: random.randint(0, len(self._changes))]
            case "folders":
                folders = {change.folder for change in self._changes}
                counts = {folder: random.randint(0, len(self._changes)) for folder in sorted(folders)}
                kept = []
                for change in self._changes:
                    if counts[change.folder] > 0:
                        kept.append(change)
                        counts[change.folder] -= 1
            case _:
                kept = [change for change in self._changes if random.random() < 0.5]
        for change in kept:
            _apply(names, change)
        return names


def _apply(names: Names, change: _NameChange) -> None:
    if change.gone is not None:
        names.pop(change.gone, None)
    if change.come is not None and change.node is not None:
        names[change.come] = change.node


def _reachable_folders(names: Names) -> tuple[Path, ...]:
    """Parents first; a folder in one that is not there is not there either."""
    found: dict[Path, None] = {Path(): None}
    for path in sorted(path for path, node in names.items() if node.is_folder):
        if path.parent in found:
            found[path] = None
    return tuple(found)[1:]


def _content(node: _Node, style: str, random: Random) -> bytes:
    if not node.unsafe or style == "none":
        return node.safe
    whole = b"".join((node.safe, *node.unsafe))
    if style == "all":
        return whole
    length = random.randint(len(node.safe), len(whole))
    if style == "cut":
        return whole[: max(len(node.safe), length // SECTOR_BYTES * SECTOR_BYTES)]
    return _with_holes(whole, len(node.safe), length, random)


def _with_holes(whole: bytes, safe_bytes: int, length: int, random: Random) -> bytes:
    """Of `length`, with pages that never came: zeros behind the safe part."""
    content = bytearray(whole[:length])
    for page in range(safe_bytes // PAGE_BYTES * PAGE_BYTES, length, PAGE_BYTES):
        if random.random() < 0.5:
            start, end = max(page, safe_bytes), min(page + PAGE_BYTES, length)
            if end - start >= _LEAST_HOLE_BYTES:
                content[start:end] = bytes(end - start)
    return bytes(content)
