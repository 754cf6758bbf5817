/** What moves, in words: now, and since the page was opened. */

import { useEffect, useRef } from "preact/hooks";
import { type MotionSeen, WHY_NOT, type WhyNot } from "../../core/motion";
import { Icon } from "../../ui/icon";
import { announce } from "../../ui/toast";
import { words } from "../words";

/** Of what does not count now: each reason once, in their order. */
export function reasonsNow(seen: MotionSeen): readonly WhyNot[] {
  const found = new Set(seen.ignored.map(({ why }) => why));
  return WHY_NOT.filter((why) => found.has(why));
}

/** One sentence about this moment. */
export function nowLine(seen: MotionSeen | null): string {
  if (!seen?.isLooking) return words.motion.notLooking;
  if (seen.counts.length > 0) return words.motion.countsNow(seen.counts.length);
  const reasons = reasonsNow(seen);
  return reasons.length === 0
    ? words.motion.nothingMoves
    : words.motion.ignoredNow(reasons.map((why) => words.motion.why[why]).join(", "));
}

/** What was left out since the page was opened, most frequent first. */
export function leftOut(seen: MotionSeen): readonly string[] {
  return [...seen.givenUp]
    .sort(([, one], [, other]) => other - one)
    .map(([why, count]) => words.motion.leftOut(words.motion.why[why], count));
}

export function Now({ seen }: { seen: MotionSeen | null }) {
  const counts = (seen?.counts.length ?? 0) > 0;
  const before = useRef(counts);
  useEffect(() => {
    if (counts && !before.current) announce(words.motion.countsNow(1));
    before.current = counts;
  }, [counts]);
  return (
    <p class={counts ? "motion-now is-counting" : "motion-now"} data-testid="motion-now">
      <Icon name={counts ? "check" : "motion"} size={22} />
      <span>{nowLine(seen)}</span>
    </p>
  );
}

export function Tally({ seen }: { seen: MotionSeen | null }) {
  const out = seen ? leftOut(seen) : [];
  return (
    <p class="soft small" data-testid="motion-tally">
      {words.motion.since(seen?.events ?? 0)}
      {out.length > 0 && ` ${words.motion.leftOutList(out.join(", "))}`}
    </p>
  );
}
