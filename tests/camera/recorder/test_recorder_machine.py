"""Whatever comes in whatever order, the recorder's actions keep their invariants."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from camera.recorder import Recorder, RecorderSettings, StopReason
from tests.camera.recorder.fakes import FakeVault, ns, unit_at

CAP_S, LIMIT_BYTES, GOP_UNITS = 4.3, 3_000, 8
SETTINGS = RecorderSettings(
    pre_roll_s=2.0,
    post_roll_s=1.0,
    press_s=3.0,
    manual_s=2.0,
    clip_cap_s=CAP_S,
    cooldown_s=0.5,
    pre_roll_limit_bytes=LIMIT_BYTES,
)


class RecorderMachine(RuleBasedStateMachine):
    """FakeVault refuses a second open clip and a unit outside a clip; the rest stands here."""

    def __init__(self) -> None:
        super().__init__()
        self.recorder = Recorder(SETTINGS)
        self.vault = FakeVault()
        self.now_s = 1.0
        self.pts_offset_s = 0.0
        self.since_key = GOP_UNITS

    def _feed(self, is_key: bool, size_bytes: int, step_s: float) -> None:
        self.now_s += step_s
        is_key = is_key or self.since_key >= GOP_UNITS
        self.since_key = 0 if is_key else self.since_key + 1
        unit = unit_at(self.now_s, is_key, size_bytes)
        self.vault.carry_out(self.recorder.on_unit(unit))

    @rule(key_at=st.sets(st.integers(0, 11), max_size=2), size_bytes=st.integers(0, 600), count=st.integers(1, 30))
    def pictures(self, key_at: set[int], size_bytes: int, count: int) -> None:
        for i in range(count):
            self._feed(i in key_at, size_bytes, 0.1)

    @rule(gap_s=st.floats(1.0, 10.0))
    def source_stalls(self, gap_s: float) -> None:
        self._feed(True, 50, gap_s)

    @rule(is_active=st.booleans())
    def motion(self, is_active: bool) -> None:
        self.vault.carry_out(self.recorder.on_motion(is_active, ns(self.now_s)))

    @rule()
    def press(self) -> None:
        self.vault.carry_out(self.recorder.on_press(ns(self.now_s)))

    @rule()
    def manual(self) -> None:
        self.vault.carry_out(self.recorder.on_manual(ns(self.now_s)))

    @rule(longest_s=st.floats(0.5, 5))
    def message(self, longest_s: float) -> None:
        self.vault.carry_out(self.recorder.on_message(ns(self.now_s), longest_s))

    @rule()
    def message_ends(self) -> None:
        self.vault.carry_out(self.recorder.on_message_end(ns(self.now_s)))

    @rule(why=st.sampled_from(["stopped", "off", "fault"]))
    def stop(self, why: StopReason) -> None:
        self.vault.carry_out(self.recorder.on_stop(why))
        assert self.vault.open_clip is None

    @precondition(lambda self: bool(self.vault.clips))
    @rule(is_on=st.booleans())
    def switch_motion(self, is_on: bool) -> None:
        self.recorder.set_record_on_motion(is_on)

    @invariant()
    def every_clip_starts_with_a_key_picture(self) -> None:
        assert all(clip.units[0].is_key for clip in self.vault.clips)

    @invariant()
    def pts_strictly_grow_within_a_clip(self) -> None:
        for clip in self.vault.clips[-2:]:
            pts = [unit.pts_90k for unit in clip.units]
            assert all(a < b for a, b in pairwise(pts))

    @invariant()
    def a_clip_is_at_most_a_tenth_and_a_group_longer_than_the_cap(self) -> None:
        for clip in self.vault.clips[-2:]:
            most_ns = clip.units[0].captured_at_ns + ns(CAP_S * 1.1)
            past_most = [unit for unit in clip.units if unit.captured_at_ns >= most_ns]
            assert not any(unit.is_key for unit in past_most)
            assert len(past_most) <= GOP_UNITS

    @invariant()
    def a_following_clip_begins_where_the_capped_one_ended(self) -> None:
        for before, after in pairwise(self.vault.clips):
            if before.end == "cap":
                assert before.last_s < after.began_s
                assert after.units[0].is_key

    @invariant()
    def memory_is_bounded(self) -> None:
        assert self.recorder._preroll.size_bytes <= LIMIT_BYTES

    @invariant()
    def recorder_and_vault_agree(self) -> None:
        assert self.recorder.is_recording == (self.vault.open_clip is not None)


TestRecorderMachine = RecorderMachine.TestCase
TestRecorderMachine.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
