"""How well motion events fit labels: interval recall, event precision, F1, false alarms, onset delay; pure.

Truth intervals closer than 5 s are one. An interval is hit when an event starts in it or up to 1 s before. An event is
true when it starts so; it counts neither way when it starts in an ignored interval (0.5 s of grace behind), in the
first 2 s, or up to 1 s behind a true interval; any other is a false alarm. Each whole 10 s that one event spends in
empty time is one more.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_JOIN_S, _EARLY_S, _LATE_S, _IGNORE_LATE_S, _WARM_UP_S, _RUN_ON_S = 5.0, 1.0, 1.0, 0.5, 2.0, 10.0


class Span(NamedTuple):
    """A stretch of time, both ends included."""

    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Label:
    """What is really there in one clip."""

    truth: tuple[Span, ...]
    ignored: tuple[Span, ...]
    duration_s: float


@dataclass(frozen=True, slots=True)
class Score:
    """Of one clip, or of several added up."""

    truths: int = 0
    hits: int = 0
    true_events: int = 0
    false_alarms: int = 0
    delays_s: tuple[float, ...] = ()

    def __add__(self, other: Score) -> Score:
        return Score(
            self.truths + other.truths,
            self.hits + other.hits,
            self.true_events + other.true_events,
            self.false_alarms + other.false_alarms,
            self.delays_s + other.delays_s,
        )

    @property
    def f1(self) -> float:
        """Harmonic mean of recall (1 where there is no truth) and precision (1 where nothing was claimed)."""
        claimed = self.true_events + self.false_alarms
        recall = self.hits / self.truths if self.truths else 1.0
        precision = self.true_events / claimed if claimed else 1.0
        return 2 * recall * precision / (recall + precision) if recall + precision else 0.0

    @property
    def onset_delay_median_s(self) -> float | None:
        """From the start of an interval to its first event."""
        return statistics.median(self.delays_s) if self.delays_s else None


def score_clip(label: Label, events: Sequence[Span]) -> Score:
    """Score the events of one clip."""
    truth = merged(label.truth, _JOIN_S)
    windows = [Span(start - _EARLY_S, end) for start, end in truth]
    late = [Span(start - _EARLY_S, end + _LATE_S) for start, end in truth]
    unsure = [Span(start, end + _IGNORE_LATE_S) for start, end in label.ignored]
    unsure.append(Span(0.0, _WARM_UP_S + _IGNORE_LATE_S))
    onsets = [[event.start_s for event in events if _holds(window, event.start_s)] for window in windows]
    true_events = [event for event in events if any(_holds(window, event.start_s) for window in windows)]
    excused = [event for event in events if any(_holds(span, event.start_s) for span in (*late, *unsure))]
    empty = empty_time(late, label)
    run_ons = sum(int(_overlap_s(event, empty) / _RUN_ON_S) for event in events)
    return Score(
        truths=len(truth),
        hits=sum(1 for starts in onsets if starts),
        true_events=len(true_events),
        false_alarms=len(events) - len(excused) + run_ons,
        delays_s=tuple(min(starts) - span.start_s for starts, span in zip(onsets, truth, strict=True) if starts),
    )


def merged(spans: Sequence[Span], gap_s: float) -> list[Span]:
    """Sorted, and joined where at most `gap_s` lies between."""
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start_s - joined[-1].end_s <= gap_s:
            joined[-1] = Span(joined[-1].start_s, max(span.end_s, joined[-1].end_s))
        else:
            joined.append(span)
    return joined


def empty_time(truth_with_margins: Sequence[Span], label: Label) -> list[Span]:
    """The time of the clip in which there is surely nothing."""
    taken = merged([*truth_with_margins, *label.ignored, Span(0.0, _WARM_UP_S)], 0.0)
    starts = [0.0, *(span.end_s for span in taken)]
    ends = [*(span.start_s for span in taken), label.duration_s]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def _holds(span: Span, time_s: float) -> bool:
    return span.start_s <= time_s <= span.end_s


def _overlap_s(span: Span, others: Sequence[Span]) -> float:
    return sum(max(0.0, min(span.end_s, o.end_s) - max(span.start_s, o.start_s)) for o in others)
