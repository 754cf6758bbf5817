"""Which clips go, and in which order; decides only, deletes nothing."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

DAY_S = 24 * 3600
_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class Stored:
    """An ended clip: bytes with its thumbnail, and how long the camera has run since it was begun, at least."""

    clip_id: str
    size_bytes: int
    age_s: int


def expired(oldest_first: Iterable[Stored], keep_s: int) -> Iterator[str]:
    """Those that have been there for `keep_s`."""
    for clip in oldest_first:
        if clip.age_s < keep_s:
            return
        yield clip.clip_id


def first_to_go(
    oldest_first: Sequence[Stored], excess_bytes: int, choose: Callable[[Sequence[Stored]], Stored]
) -> Iterator[str]:
    """Clips that together use at least `excess_bytes`, where there is so much.

    What is older than a day goes first, the oldest of it first. Of the last 24 hours, always the hour that uses most
    gives up a clip of its own, which `choose` picks: an hour full of events, or of somebody who leans on the bell,
    makes room at its own cost and leaves what other hours have. No hour loses anything while it has a twenty-fifth of
    what clips of the last day may use. The newest clip goes last.
    """
    newest = oldest_first[-1:]
    hours: defaultdict[int, list[Stored]] = defaultdict(list)
    for clip in oldest_first[:-1]:
        if clip.age_s < DAY_S:
            hours[clip.age_s // _HOUR_S].append(clip)
            continue
        if excess_bytes <= 0:
            return
        excess_bytes -= clip.size_bytes
        yield clip.clip_id
    for clip in (*_evenly(hours, choose), *newest) if excess_bytes > 0 else ():
        if excess_bytes <= 0:
            return
        excess_bytes -= clip.size_bytes
        yield clip.clip_id


def _evenly(hours: dict[int, list[Stored]], choose: Callable[[Sequence[Stored]], Stored]) -> Iterator[Stored]:
    """Always one of the hour that uses most."""
    fullest = [(-sum(clip.size_bytes for clip in clips), hour) for hour, clips in hours.items()]
    heapq.heapify(fullest)
    while fullest:
        used, hour = fullest[0]
        clip = choose(hours[hour])
        hours[hour].remove(clip)
        yield clip
        if hours[hour]:
            heapq.heapreplace(fullest, (used + clip.size_bytes, hour))
        else:
            heapq.heappop(fullest)
