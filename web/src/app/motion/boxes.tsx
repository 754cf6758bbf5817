/** Boxes over the live picture: solid round what counts, dashed round what does not, with the reason beside it. */

import { useRef } from "preact/hooks";
import type { MotionSeen, Place } from "../../core/motion";
import { words } from "../words";
import { matched, type Named } from "./matched";

const percent = (share: number) => `${share * 100}%`;
const styleOf = ({ left, top, width, height }: Place) => ({
  left: percent(left),
  top: percent(top),
  width: percent(width),
  height: percent(height),
});

interface Shown extends Named {
  readonly look: "counts" | "ignored";
  readonly label: string;
}

function useShown(seen: MotionSeen | null): readonly Shown[] {
  const last = useRef<{ seen: MotionSeen | null; shown: readonly Shown[]; next: number }>({
    seen: null,
    shown: [],
    next: 0,
  });
  if (last.current.seen === seen) return last.current.shown;
  const things = [
    ...(seen?.counts ?? []).map((place) => ({
      place,
      look: "counts" as const,
      label: words.motion.countsLabel,
    })),
    ...(seen?.ignored ?? []).map(({ place, why }) => ({
      place,
      look: "ignored" as const,
      label: words.motion.why[why],
    })),
  ];
  const before = last.current;
  const named = matched(
    before.shown,
    things.map((thing) => thing.place),
    before.next,
  );
  const shown = things.map((thing, index) => ({ ...thing, ...(named[index] as Named) }));
  last.current = { seen, shown, next: Math.max(before.next, ...shown.map((each) => each.key + 1), 0) };
  return shown;
}

/** Hidden from screen readers: the lines below the picture say the same. */
export function Boxes({ seen }: { seen: MotionSeen | null }) {
  const shown = useShown(seen);
  return (
    <div class="boxes" aria-hidden="true" data-testid="motion-boxes">
      {shown.map(({ key, place, look, label }) => (
        <div
          key={key}
          class={`box box-${look}${place.top < 0.12 ? " box-low" : ""}${place.left > 0.7 ? " box-right" : ""}`}
          style={styleOf(place)}
        >
          <span class="box-label">{label}</span>
        </div>
      ))}
    </div>
  );
}
