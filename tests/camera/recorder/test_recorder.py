"""Scenes with a recorder: what stands in which clip."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from camera.contract import AccessUnit
from camera.recorder import Recorder, RecorderAction, RecorderSettings
from tests.camera.recorder.fakes import NS_PER_S, FakeVault, ns, stream, unit_at

Cue = Callable[[Recorder], list[RecorderAction]]


def motion(is_active: bool, at_s: float) -> tuple[float, Cue]:
    return at_s, lambda recorder: recorder.on_motion(is_active, ns(at_s))


def press(at_s: float) -> tuple[float, Cue]:
    return at_s, lambda recorder: recorder.on_press(ns(at_s))


def play(units: list[AccessUnit], *cues: tuple[float, Cue], settings: RecorderSettings | None = None) -> FakeVault:
    """Run a stream through a recorder; each cue comes just before the first unit at or after its time."""
    recorder, vault, waiting = Recorder(settings), FakeVault(), list(cues)
    for unit in units:
        while waiting and waiting[0][0] <= unit.captured_at_ns / NS_PER_S:
            vault.carry_out(waiting.pop(0)[1](recorder))
        vault.carry_out(recorder.on_unit(unit))
    return vault


def test_nothing_is_recorded_without_a_cause() -> None:
    assert play(stream(0, 20), motion(False, 3)).clips == []


def test_a_clip_begins_before_its_motion_and_ends_eight_seconds_after() -> None:
    (clip,) = play(stream(0, 60), motion(True, 20.05), motion(False, 25.05)).clips
    assert clip.cause == "motion"
    assert clip.end == "quiet"
    assert 13.0 < clip.began_s <= 15.1
    assert clip.last_s == pytest.approx(33.0)


def test_clip_starts_at_a_key_picture_and_misses_none_of_the_stream() -> None:
    units = stream(0, 60)
    (clip,) = play(units, motion(True, 21.35), motion(False, 23)).clips
    start = units.index(clip.units[0])
    assert clip.units[0].is_key
    assert clip.units == units[start : start + len(clip.units)]


def test_motion_during_the_post_roll_prolongs_the_clip() -> None:
    (clip,) = play(stream(0, 60), motion(True, 20), motion(False, 21), motion(True, 28), motion(False, 30)).clips
    assert clip.last_s == pytest.approx(37.9)


def test_at_the_cap_a_clip_follows_without_gap_or_doubled_picture() -> None:
    units = stream(0, 300)
    settings = RecorderSettings(clip_cap_s=119.0)  # no multiple of a group: the next key picture comes 1 s later
    vault = play(units, motion(True, 10.05), motion(False, 200), settings=settings)
    first, second = vault.clips
    assert (first.end, second.end) == ("cap", "quiet")
    assert first.last_s - first.began_s == pytest.approx(119.9)
    start = units.index(first.units[0])
    joined = first.units + second.units
    assert joined == units[start : start + len(joined)]


def test_a_clip_that_is_quiet_at_the_cap_has_no_follower() -> None:
    assert len(play(stream(0, 200), motion(True, 10), motion(False, 115)).clips) == 1


def test_a_clip_that_is_wanted_a_moment_past_the_cap_runs_over() -> None:
    """It began at 6.0; its post-roll ends at 126.5."""
    (clip,) = play(stream(0, 200), motion(True, 11), motion(False, 118.5)).clips
    assert (clip.end, clip.began_s) == ("quiet", 6.0)
    assert clip.last_s == pytest.approx(126.4)


def test_what_is_wanted_more_than_a_tenth_past_the_cap_is_a_clip_of_its_own() -> None:
    first, second = play(stream(0, 200), motion(True, 11), motion(False, 108), press(109)).clips
    assert (first.end, second.end) == ("cap", "quiet")
    assert second.last_s - second.began_s > 12


def test_a_clip_that_runs_over_is_cut_when_more_is_wanted() -> None:
    first, second = play(stream(0, 200), motion(True, 11), motion(False, 118.5), motion(True, 126.2)).clips[:2]
    assert (first.end, second.began_s) == ("cap", 128.0)


def test_motion_that_is_not_recorded_does_not_cut_a_clip_that_runs_over() -> None:
    settings = RecorderSettings(record_on_motion=False)
    cues = (press(10), press(39), press(68), press(96.5), motion(True, 110))
    (clip,) = play(stream(0, 200), *cues, settings=settings).clips
    assert clip.last_s == pytest.approx(126.4)


def test_a_press_is_recorded_when_motion_is_not() -> None:
    settings = RecorderSettings(record_on_motion=False)
    cues = (motion(True, 5), press(20), motion(False, 100))
    (clip,) = play(stream(0, 120), *cues, settings=settings).clips
    assert clip.cause == "press"
    assert clip.last_s == pytest.approx(49.9)


def test_a_press_prolongs_a_motion_clip() -> None:
    (clip,) = play(stream(0, 90), motion(True, 10), motion(False, 11), press(15)).clips
    assert clip.cause == "motion"
    assert clip.last_s == pytest.approx(44.9)


def test_a_press_before_the_first_key_picture_is_recorded_with_it() -> None:
    units = [unit_at(0.1 * i, is_key=False) for i in range(10)] + stream(1, 60)
    (clip,) = play(units, press(0.2)).clips
    assert clip.began_s == 1.0


def test_a_manual_clip_lasts_thirty_seconds() -> None:
    (clip,) = play(stream(0, 60), (10.0, lambda recorder: recorder.on_manual(ns(10)))).clips
    assert clip.cause == "manual"
    assert clip.last_s == pytest.approx(39.9)


def test_switching_motion_off_ends_a_motion_clip_with_the_next_picture() -> None:
    def switch_off(recorder: Recorder) -> list[RecorderAction]:
        recorder.set_record_on_motion(False)
        return []

    (clip,) = play(stream(0, 60), motion(True, 10), (20.0, switch_off)).clips
    assert clip.end == "quiet"
    assert clip.last_s == pytest.approx(19.9)


def test_stop_closes_the_clip_and_forgets_what_was_before() -> None:
    stop_s = 20.0
    cues = (motion(True, 10), (stop_s, lambda recorder: recorder.on_stop("off")), press(20.5))
    first, second = play(stream(0, 40), *cues).clips
    assert first.end == "off"
    assert second.began_s >= stop_s


def test_after_a_fault_recording_goes_on_with_the_next_key_picture() -> None:
    cues = (motion(True, 10), (20.55, lambda recorder: recorder.on_stop("fault")))
    first, second = play(stream(0, 40), *cues).clips
    assert first.end == "fault"
    assert second.began_s == 22.0


def test_an_encoder_that_begins_anew_ends_the_clip_as_a_fault() -> None:
    restarted = [AccessUnit(u.data, u.pts_90k, u.is_key, u.captured_at_ns + ns(20)) for u in stream(0, 20)]
    first, second = play(stream(0, 20) + restarted, motion(True, 10)).clips
    assert (first.end, first.last_s, second.began_s) == ("fault", 19.9, 20.0)


def test_two_clips_share_at_most_the_group_in_which_the_first_ended() -> None:
    first, second = play(stream(0, 60), motion(True, 10), motion(False, 10.5), motion(True, 20)).clips
    assert first.last_s == pytest.approx(18.4)
    assert second.began_s == 18.0


def test_cooldown_bars_motion_but_never_a_press() -> None:
    settings = RecorderSettings(cooldown_s=30.0)
    cues = [motion(True, 10), motion(False, 10.5), motion(True, 22), motion(False, 22.5), press(25)]
    causes = [clip.cause for clip in play(stream(0, 90), *cues, settings=settings).clips]
    assert causes == ["motion", "press"]


def test_a_cap_shorter_than_the_pre_roll_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than the pre-roll"):
        RecorderSettings(pre_roll_s=5.0, clip_cap_s=4.0)


def test_a_negative_time_is_refused() -> None:
    with pytest.raises(ValueError, match="post_roll_s is -1"):
        RecorderSettings(post_roll_s=-1.0)
