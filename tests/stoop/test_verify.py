"""Every way to tamper with what is stored, and who notices it: the table of docs/guides/tampering.md, row by row."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from camera.vault import Vault
from camera.vault.cards import CameraStarted, ClipKept
from camera.vault.journal import RECORD_BYTES, first_record
from stoop.open_clips import OpenError, Window, list_clips
from stoop.verify import Earlier, Finding, read_earlier, verify
from tests.camera.vault.fakes import CAMERA_ID, MASK_DIGEST, FakeClock, access_units, record_clip
from tests.stoop.reader.fakes import new_identity_file

FREE = "0000000f" + "a" * 24
UNITS = access_units(5, 900_000)


@dataclass(frozen=True, slots=True)
class House:
    """Two starts: whole clips `whole` and `later`, one that was deleted, one that a power cut ended."""

    sealed: Path
    identity: Path
    whole: str
    cut: str
    later: str
    gone: str
    gone_file: bytes

    def clip(self, clip: str) -> Path:
        return self.sealed / "clips" / f"{clip}.age"

    def thumbnail(self, clip: str) -> Path:
        return self.sealed / "thumbs" / f"{clip}.thumb"

    def journal(self, epoch: int) -> Path:
        return self.sealed / "journal" / f"{epoch:08x}.sjl"

    def findings(self, earlier: Earlier | None = None) -> tuple[Finding, ...]:
        return verify(self.sealed, [self.identity], earlier).findings

    def earlier(self) -> Earlier:
        verdict = verify(self.sealed, [self.identity])
        return Earlier(verdict.roots, verdict.records)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("house")
    identity, recipient = new_identity_file(folder, "x25519")
    sealed, clock = folder / "sealed", FakeClock()
    vault = Vault(sealed, CAMERA_ID, (recipient,), clock)
    whole = record_clip(vault, UNITS).clip
    clock.wall += 60_000
    gone = record_clip(vault, UNITS).clip
    gone_file = (sealed / "clips" / f"{gone}.age").read_bytes()
    vault.delete_clip(gone, "owner", "d" * 16)
    open_clip = vault.open_clip("press", MASK_DIGEST)
    for unit in UNITS:
        open_clip.append(unit)
    vault.close()
    clock.wall += 60_000
    vault = Vault(sealed, CAMERA_ID, (recipient,), clock)
    later = record_clip(vault, UNITS).clip
    vault.keep_clip(ClipKept(at_ms=clock.wall_ms(), clip=whole, kept=True, device="d" * 16, name="Phone"), 1 << 40)
    vault.note(CameraStarted(at_ms=clock.wall_ms(), version="1"))
    vault.close()
    return House(sealed, identity, whole, open_clip.clip_id, later, gone, gone_file)


@pytest.fixture
def house(built: House, tmp_path: Path) -> House:
    """A copy to tamper with."""
    shutil.copytree(built.sealed, tmp_path / "sealed")
    return House(tmp_path / "sealed", built.identity, built.whole, built.cut, built.later, built.gone, built.gone_file)


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0x01
    path.write_bytes(data)


def cut(path: Path, size_bytes: int) -> None:
    path.write_bytes(path.read_bytes()[:size_bytes])


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def records_start(path: Path) -> int:
    return first_record(path.read_bytes())


def drop_last_record(path: Path) -> None:
    cut(path, path.stat().st_size - RECORD_BYTES)


def swap_records(path: Path) -> None:
    data, start = path.read_bytes(), records_start(path)
    one, other = (data[start + n * RECORD_BYTES : start + (n + 1) * RECORD_BYTES] for n in (0, 1))
    path.write_bytes(data[:start] + other + one + data[start + 2 * RECORD_BYTES :])


def drop_middle_record(path: Path) -> None:
    data, start = path.read_bytes(), records_start(path)
    path.write_bytes(data[: start + RECORD_BYTES] + data[start + 2 * RECORD_BYTES :])


def after_header(path: Path) -> int:
    return path.read_bytes().index(b"\n--- ") + 50


def last_epoch_gone(house: House) -> None:
    house.journal(1).unlink()
    house.clip(house.later).unlink()
    house.thumbnail(house.later).unlink()


Tampering = Callable[[House], object]
SEEN: dict[str, tuple[Tampering, str, str]] = {
    "clip: age header": (lambda h: flip(h.clip(h.whole), 30), "altered", "clip"),
    "clip: nonce": (
        lambda h: flip(h.clip(h.whole), after_header(h.clip(h.whole))),
        "altered",
        "clip",
    ),
    "clip: first chunk": (lambda h: flip(h.clip(h.whole), 5_000), "altered", "clip"),
    "clip: middle chunk": (lambda h: flip(h.clip(h.whole), 200_000), "altered", "clip"),
    "clip: last byte": (lambda h: flip(h.clip(h.whole), -1), "altered", "clip"),
    "clip that was cut: a chunk": (lambda h: flip(h.clip(h.cut), 70_000), "altered", "clip"),
    "clip shortened": (lambda h: cut(h.clip(h.whole), 100_000), "altered", "clip"),
    "clip made longer": (lambda h: h.clip(h.whole).write_bytes(h.clip(h.whole).read_bytes() + b"x"), "altered", "clip"),
    "clip emptied": (lambda h: h.clip(h.whole).write_bytes(b""), "altered", "clip"),
    "clip taken away": (lambda h: h.clip(h.whole).unlink(), "missing", "clip"),
    "two clips exchanged": (lambda h: swap(h.clip(h.whole), h.clip(h.later)), "altered", "clip"),
    "clip copied under a free id": (
        lambda h: shutil.copy(h.clip(h.whole), h.clip(FREE)),
        "altered",
        "clip",
    ),
    "clip copied under another name": (
        lambda h: shutil.copy(h.clip(h.whole), h.sealed / "clips" / "copy.age"),
        "doubled",
        "clip",
    ),
    "deleted clip put back": (lambda h: h.clip(h.gone).write_bytes(h.gone_file), "came back", "clip"),
    "thumbnail: a byte": (lambda h: flip(h.thumbnail(h.whole), 3), "altered", "thumbnail"),
    "thumbnail taken away": (lambda h: h.thumbnail(h.whole).unlink(), "missing", "thumbnail"),
    "thumbnails exchanged": (lambda h: swap(h.thumbnail(h.whole), h.thumbnail(h.later)), "altered", "thumbnail"),
    "thumbnail slipped in": (
        lambda h: h.thumbnail(FREE).write_bytes(b"x" * 99),
        "strange",
        "thumbnail",
    ),
    "journal: magic": (lambda h: flip(h.journal(0), 0), "altered", "journal"),
    "journal: length": (lambda h: flip(h.journal(0), 11), "altered", "journal"),
    "journal: sealed head": (lambda h: flip(h.journal(0), 100), "altered", "journal"),
    "journal: a record": (lambda h: flip(h.journal(0), records_start(h.journal(0)) + 600), "altered", "journal"),
    "journal: last record of an old epoch cut off": (lambda h: drop_last_record(h.journal(0)), "altered", "journal"),
    "journal: a record taken out": (lambda h: drop_middle_record(h.journal(0)), "altered", "journal"),
    "journal: records exchanged": (lambda h: swap_records(h.journal(0)), "altered", "journal"),
    "journal: old epoch taken away": (lambda h: h.journal(0).unlink(), "missing", "journal"),
    "journal: epochs exchanged": (lambda h: swap(h.journal(0), h.journal(1)), "altered", "journal"),
    "journal: an epoch doubled": (lambda h: shutil.copy(h.journal(1), h.journal(2)), "altered", "journal"),
    "a file that looks half written": (
        lambda h: (h.sealed / "clips" / "notes.new").write_text("x"),
        "strange",
        "clips",
    ),
    "a file that looks half deleted": (
        lambda h: (h.sealed / "clips" / "notes.gone").write_text("x"),
        "strange",
        "clips",
    ),
    "a file beside the folders": (lambda h: (h.sealed / "notes.txt").write_text("x"), "strange", "notes"),
    "sequence: set back": (lambda h: (h.sealed / "sequence").write_text("0\n"), "altered", "sequence"),
    "sequence: set forward": (lambda h: (h.sealed / "sequence").write_text("9 0dc1d1b9\n"), "altered", "sequence"),
    "sequence: a byte": (lambda h: flip(h.sealed / "sequence", 0), "altered", "sequence"),
    "sequence: its end": (lambda h: flip(h.sealed / "sequence", -1), "altered", "sequence"),
    "reserve: a byte": (lambda h: flip(h.sealed / "reserve", 100_000), "altered", "reserve"),
    "sequence: no number": (lambda h: (h.sealed / "sequence").write_text("3x\n"), "altered", "sequence"),
    "reserve: shortened": (lambda h: cut(h.sealed / "reserve", 99), "altered", "reserve"),
    "ages: a byte": (lambda h: flip(h.sealed / "ages", 3), "altered", "ages"),
    "kept: a mark made": (lambda h: (h.sealed / "kept" / h.later).touch(), "strange", "kept"),
    "kept: a mark taken away": (lambda h: (h.sealed / "kept" / h.whole).unlink(), "missing", "kept"),
    "kept: the folder taken away": (lambda h: shutil.rmtree(h.sealed / "kept"), "missing", "kept"),
    "kept: no mark": (lambda h: (h.sealed / "kept" / "x").touch(), "strange", "kept"),
    "a file of somebody else": (lambda h: (h.sealed / "clips" / "notes.txt").write_text("x"), "strange", "clips"),
}
"""What was done, and what `stoop open --verify` says: the kind, and what it is about."""
SEEN_BESIDE_AN_EARLIER_RESULT: dict[str, Tampering] = {
    "the newest record cut off": lambda h: drop_last_record(h.journal(1)),
    "the newest epoch taken away with all that was recorded in it": last_epoch_gone,
    "the newest epoch replaced": lambda h: h.journal(1).write_bytes(h.journal(0).read_bytes()),
}


def test_what_nobody_touched_has_no_findings(house: House) -> None:
    verdict = verify(house.sealed, [house.identity])
    assert verdict.findings == ()
    assert verdict.counts == {"complete": 2, "ended early": 1}
    assert house.findings(house.earlier()) == ()


def test_what_a_power_cut_left_is_no_tampering(house: House) -> None:
    house.clip(house.whole).rename(house.sealed / "clips" / f"{house.whole}.owner.{'d' * 16}.gone")
    house.thumbnail(house.later).with_name(f"{house.later}.thumb.new").write_bytes(b"x")
    kinds = {(finding.kind, finding.where.split()[0]) for finding in house.findings()}
    assert kinds <= {("missing", "clip")}, "hidden, and written down at the next start"


@pytest.mark.parametrize("name", SEEN)
def test_tampering_is_seen_and_named(house: House, name: str) -> None:
    tamper, kind, what = SEEN[name]
    tamper(house)
    findings = house.findings()
    assert any(finding.kind == kind and finding.where.startswith(what) for finding in findings), findings


@pytest.mark.parametrize("name", SEEN_BESIDE_AN_EARLIER_RESULT)
def test_what_was_put_back_is_seen_beside_an_earlier_result(house: House, name: str) -> None:
    earlier = house.earlier()
    SEEN_BESIDE_AN_EARLIER_RESULT[name](house)
    assert any(finding.kind == "rolled back" for finding in house.findings(earlier))


def test_how_many_entries_are_gone_is_said(house: House) -> None:
    earlier = house.earlier()
    drop_last_record(house.journal(1))
    (finding,) = (each for each in house.findings(earlier) if each.kind == "rolled back")
    before = earlier.records["1"]
    assert finding.sentence == f"it held {before} records before, and holds {before - 1} now"


def test_a_record_that_grew_was_not_put_back(house: House) -> None:
    earlier = house.earlier()
    data = house.journal(1).read_bytes()
    house.journal(1).write_bytes(data + data[-RECORD_BYTES:])
    kinds = {finding.kind for finding in house.findings(earlier)}
    assert kinds == {"altered"}, "a record that does not open, and nothing was put back"


@pytest.mark.parametrize("text", ["", "[]", '{"roots":{"0":1},"records":{}}', "no json"])
def test_an_earlier_result_that_is_none_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "earlier.json").write_text(text)
    with pytest.raises(OpenError, match="is not what `stoop open --verify --json` printed"):
        read_earlier(tmp_path / "earlier.json")


# --- the command -----------------------------------------------------------------------------------------------------


def stoop_open(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "stoop", "open", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_says_so_and_a_later_run_compares(house: House, tmp_path: Path) -> None:
    first = stoop_open(house.sealed, "-i", house.identity, "--verify", "--json")
    assert first.returncode == 0, first.stderr
    (tmp_path / "earlier.json").write_text(first.stdout)
    drop_last_record(house.journal(1))
    later = stoop_open(house.sealed, "-i", house.identity, "--verify", "--earlier", tmp_path / "earlier.json")
    assert later.returncode == 1
    assert "rolled back" in later.stdout


def test_several_identity_files_open_what_each_is_for(house: House, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other, _ = new_identity_file(tmp_path / "other", "x25519")
    done = stoop_open(house.sealed, "-i", other, "-i", house.identity, "--list", "--json")
    assert [clip["state"] for clip in json.loads(done.stdout)["clips"]].count("complete") == 2


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--list", "--from", "yesterday"], "'yesterday' is no time"),
        (["--verify", "--list"], "leave out -o, --list"),
        (["--list", "--earlier", "x.json"], "--earlier goes with --verify"),
        ([], "nothing to write to"),
    ],
)
def test_what_does_not_fit_together_is_one_sentence(house: House, words: list[str], sentence: str) -> None:
    done = stoop_open(house.sealed, "-i", house.identity, *words)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_window_of_time_leaves_out_what_began_before_and_after(house: House) -> None:
    every = list_clips(house.sealed, [house.identity])
    (first, *_, last) = sorted(report.started_at_ms or 0 for report in every)
    found = list_clips(house.sealed, house.identity, window=Window(first + 1, last))
    assert len(found) == len(every) - 1
    assert list_clips(house.sealed, house.identity, window=Window(to_ms=first - 1)) == []


def test_a_clip_whose_time_is_not_known_is_in_every_window(house: House) -> None:
    flip(house.clip(house.whole), 5_000)
    assert house.whole in {report.clip for report in list_clips(house.sealed, house.identity, window=Window(to_ms=1))}
