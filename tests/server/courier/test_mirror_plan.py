"""What is to go, and in which order; and the list of what has arrived."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from server.courier.mirror_plan import BATCH_BYTES, BATCH_FILES, Ledger, plan, sealed_files
from server.courier.rclone_words import fingerprint, in_words


def clip(number: int) -> str:
    return f"clips/{number:08x}{'0' * 24}.age"


def test_the_newest_clip_goes_first_after_the_record_and_the_open_one_and_the_growing_journal_not_at_all() -> None:
    sizes = {clip(1): 5, clip(2): 5, clip(3): 5, "journal/00000000.sjl": 9, "journal/00000001.sjl": 9}
    found = plan(sizes, {}, f"{3:08x}{'0' * 24}")
    assert found.whole == ("journal/00000000.sjl", clip(2), clip(1))
    assert (found.growing, found.clips) == ("journal/00000001.sjl", 2)


def test_what_has_arrived_goes_once_more_only_when_it_has_another_size() -> None:
    sizes = {clip(1): 5, clip(2): 6}
    assert plan(sizes, {clip(1): 5, clip(2): 5}, None).whole == (clip(2),)


@given(st.lists(st.integers(0, 2 * BATCH_BYTES), max_size=40))
def test_a_batch_is_small_and_never_empty_while_something_waits(lengths: list[int]) -> None:
    sizes = {clip(number): length for number, length in enumerate(lengths)}
    found = plan(sizes, {}, None)
    batch = found.batch(sizes)
    assert bool(batch) == bool(sizes)
    assert len(batch) <= BATCH_FILES
    assert len(batch) <= 1 or sum(sizes[name] for name in batch) <= BATCH_BYTES
    assert batch == list(found.whole[: len(batch)])


def test_only_files_of_the_vault_are_seen(tmp_path: Path) -> None:
    for name in (clip(1), "clips/note.txt", f"thumbs/{'a' * 32}.thumb", "journal/00000000.sjl.new", "sequence"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("xyz")
    (tmp_path / clip(2)).symlink_to("/etc/passwd")
    assert sealed_files(tmp_path) == {clip(1): 3, f"thumbs/{'a' * 32}.thumb": 3}


def test_the_list_is_kept_for_its_target_and_survives_a_torn_line(tmp_path: Path) -> None:
    Ledger(tmp_path, "one").add({clip(1): 5, clip(2): 6})
    with (tmp_path / "arrived-one").open("a") as file:
        file.write("12")
    assert Ledger(tmp_path, "one").arrived == {clip(1): 5, clip(2): 6}
    assert Ledger(tmp_path, "two").arrived == {}


def test_the_list_forgets_what_the_vault_deleted(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path, "x")
    ledger.add({clip(number): 1 for number in range(500)})
    ledger.keep_only({clip(1): 1})
    assert ledger.arrived == {clip(1): 1}
    assert Ledger(tmp_path, "x").arrived == {clip(1): 1}


def test_what_rclone_says_becomes_a_sentence() -> None:
    said = "2026/11/26 21:41:06 Failed to copy: dial tcp 127.0.0.1:8977: connect: connection refused"
    assert in_words(said, "10.0.0.2:22") == "10.0.0.2:22 cannot be reached: check that the box is on, and the address"
    assert in_words("2026/11/26 21:41:06 ERROR : x: odd thing", "b") == "b would not take it: x: odd thing"
    assert in_words("", "b") == "b would not take it: rclone gave no reason"


def test_a_fingerprint_is_the_one_that_ssh_shows() -> None:
    key = "AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS"
    assert fingerprint(f"# x\n[h]:1 ssh-rsa AAAA\n[h]:1 ssh-ed25519 {key}\n") == (
        "SHA256:qH8baHrA5X0qCBovKCZyM02Q7TFtK4GMqVgOo4TZJAE"
    )
    assert fingerprint("") == ""
