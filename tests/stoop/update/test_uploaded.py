"""Root's updater takes what an owner's device signed for, whatever else lies where the server may write."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from camera.update_desk import MAX_FILE_BYTES, AskedUpdate, UpdateOutcome, read_outcome
from stoop.update import command
from stoop.update.command import Place, alone
from stoop.update.errors import UpdateFailed
from stoop.update.outcome import Outcomes
from tests.stoop.update.test_bundle import THEIRS, made


def ask(place: Place, data: bytes) -> None:
    place.asked.write_bytes(msgspec.json.encode(AskedUpdate(hashlib.sha256(data).hexdigest(), len(data))))


def bring(place: Place, tmp_path: Path, counter: int = 7) -> bytes:
    data = made(tmp_path, counter).read_bytes()
    place.uploaded.write_bytes(data)
    ask(place, data)
    return data


def take(place: Place) -> int:
    return command.update(None, only_check=False, way="app", place=place)


def told(place: Place) -> UpdateOutcome:
    outcome = read_outcome(place.told / "outcome.json")
    assert outcome is not None
    return outcome


def test_what_was_asked_for_is_installed_and_told(place: Place, tmp_path: Path, installs: list[list[str]]) -> None:
    data = bring(place, tmp_path)
    release = place.folder / "releases" / "9.0-0011aabb"
    release.mkdir(parents=True)
    (place.folder / "current").symlink_to(release)

    assert take(place) == 0
    assert len(installs) == 1
    assert told(place) == UpdateOutcome(
        "app", "installed", hashlib.sha256(data).hexdigest(), "9.0", "9.0", "", told(place).at_ms
    )
    assert not place.asked.exists()
    assert not place.uploaded.exists()
    assert sorted(path.name for path in place.folder.iterdir()) == ["counter", "current", "releases"]


def test_one_that_waits_behind_another_is_not_lost_with_the_restart(
    place: Place, tmp_path: Path, installs: list[list[str]]
) -> None:
    """The update from a stick restarts camera and server, and each of them clears its folder as it starts."""
    data = bring(place, tmp_path)
    place.folder.mkdir(parents=True)
    with ThreadPoolExecutor(1) as pool:
        with alone(place.folder):
            second = pool.submit(take, place)
            for _ in range(1000):
                if not place.asked.exists():
                    break
                time.sleep(0.01)
            place.uploaded.unlink(missing_ok=True)
            Outcomes(place.told, place.folder / "current", "stick").tell("installed")
            assert installs == []
        assert second.result() == 0
    assert len(installs) == 1
    assert (told(place).word, told(place).sha256) == ("installed", hashlib.sha256(data).hexdigest())


def other_authentic(place: Place, tmp_path: Path) -> None:
    """Signed by the release key and newer, and not the one that the owner signed for."""
    bring(place, tmp_path)
    (tmp_path / "other").mkdir()
    place.uploaded.write_bytes(made(tmp_path / "other", counter=8).read_bytes())


def longer(place: Place, tmp_path: Path) -> None:
    data = bring(place, tmp_path)
    place.uploaded.write_bytes(data + b"\0")


def pipe(place: Place, tmp_path: Path) -> None:
    bring(place, tmp_path)
    place.uploaded.unlink()
    os.mkfifo(place.uploaded)


def link(place: Place, tmp_path: Path) -> None:
    """Root would read, and then remove, what the server cannot."""
    data = bring(place, tmp_path)
    place.uploaded.unlink()
    (tmp_path / "elsewhere").write_bytes(data)
    place.uploaded.symlink_to(tmp_path / "elsewhere")


def folder(place: Place, tmp_path: Path) -> None:
    bring(place, tmp_path)
    place.uploaded.unlink()
    place.uploaded.mkdir()


def leads_elsewhere(folder: Path) -> None:
    """The server owns what lies above the file too; the very file that was signed for waits behind the link."""
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to("elsewhere")


def strangers(place: Place, tmp_path: Path) -> None:
    """An owner can be talked into any file: the release key still decides."""
    data = made(tmp_path, key=THEIRS).read_bytes()
    place.uploaded.write_bytes(data)
    ask(place, data)


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (
            lambda place, tmp_path: place.uploaded.write_bytes(made(tmp_path).read_bytes()),
            "no owner's device has asked",
        ),
        (lambda place, tmp_path: (bring(place, tmp_path), place.uploaded.unlink()), "did not arrive"),
        (other_authentic, "not the file that your device signed for"),
        (longer, "not the file that your device signed for"),
        (pipe, "is no plain file"),
        (link, "is no plain file"),
        (strangers, "signed by somebody whom this doorbell does not know"),
        (lambda place, _: place.asked.write_bytes(b"{"), "what was asked for cannot be read"),
        (lambda place, _: place.asked.write_bytes(b" " * (MAX_FILE_BYTES + 1)), "what was asked for cannot be read"),
    ],
    ids=["unasked", "missing", "another authentic one", "longer", "a pipe", "a link", "a stranger's", "bad", "long"],
)
def test_everything_else_is_refused_and_the_app_hears_why(
    place: Place,
    tmp_path: Path,
    installs: list[list[str]],
    spoil: Callable[[Place, Path], object],
    sentence: str,
) -> None:
    spoil(place, tmp_path)

    assert take(place) == 2
    assert installs == []
    assert told(place).word == "refused"
    assert sentence in told(place).sentence
    assert not place.asked.exists()
    assert not place.uploaded.exists()


def test_a_link_is_taken_away_and_what_it_leads_to_stays(place: Place, tmp_path: Path) -> None:
    link(place, tmp_path)

    assert take(place) == 2
    assert (tmp_path / "elsewhere").exists()


def test_a_folder_in_its_place_is_refused(place: Place, tmp_path: Path, installs: list[list[str]]) -> None:
    folder(place, tmp_path)

    assert take(place) == 2
    assert installs == []
    assert "is no plain file" in told(place).sentence
    assert not place.asked.exists()


@pytest.mark.parametrize("above", [0, 1], ids=["incoming", "server"])
def test_root_follows_no_link_in_the_servers_folders(
    place: Place, tmp_path: Path, installs: list[list[str]], above: int
) -> None:
    bring(place, tmp_path)
    leads_elsewhere(place.uploaded.parents[above])

    assert take(place) == 2
    assert installs == []
    assert "is no plain file" in told(place).sentence
    assert place.uploaded.exists(), "what lies behind the link is not removed either"


def test_an_older_one_is_refused_though_the_owner_asked(
    place: Place, tmp_path: Path, installs: list[list[str]]
) -> None:
    place.counter.parent.mkdir(parents=True, exist_ok=True)
    place.counter.write_text("7\n")
    bring(place, tmp_path, counter=7)

    assert take(place) == 2
    assert installs == []
    assert "is not newer" in told(place).sentence


def test_one_that_was_gone_back_from_says_so(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def fails(_: object) -> None:
        seen.append(told(place).word)
        raise UpdateFailed("the update did not work: the new version does not answer, so the one before is back")

    monkeypatch.setattr(command, "run_installer", fails)
    bring(place, tmp_path)

    assert take(place) == 1
    assert seen == ["installing"]
    assert told(place).word == "failed"
    assert told(place).sentence == "the new version does not answer, so the one before is back"


def test_without_a_folder_to_tell_it_in_it_is_installed_all_the_same(
    place: Place, tmp_path: Path, installs: list[list[str]]
) -> None:
    place.told.rmdir()
    bring(place, tmp_path)

    assert take(place) == 0
    assert len(installs) == 1


@given(st.binary(max_size=300))
def test_no_bytes_of_the_cameras_break_the_updater(text: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        place.asked.parent.mkdir(parents=True)
        place.asked.write_bytes(text)
        assert take(place) == 2
