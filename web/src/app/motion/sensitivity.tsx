/** One slider from calm to keen, with three named stops; the boxes on the picture follow at once. */

import { useEffect, useId, useState } from "preact/hooks";
import { words } from "../words";

export const STOPS = [
  { value: 0.25, name: words.motion.calm },
  { value: 0.5, name: words.motion.normal },
  { value: 0.75, name: words.motion.keen },
] as const;
const NEAR = 0.045;

/** "Normal", "Between calm and normal", "Keener than keen": what the value is called. */
export function nameOf(sensitivity: number): string {
  const stop = STOPS.find(({ value }) => Math.abs(value - sensitivity) <= NEAR);
  if (stop) return stop.name;
  if (sensitivity < STOPS[0].value) return words.motion.calmest;
  if (sensitivity > STOPS[2].value) return words.motion.keenest;
  const below = sensitivity < STOPS[1].value ? 0 : 1;
  return words.motion.between(STOPS[below].name, (STOPS[below + 1] as (typeof STOPS)[number]).name);
}

/** What to expect, in a sentence. */
export function effectOf(sensitivity: number): string {
  if (sensitivity <= 0.37) return words.motion.calmEffect;
  return sensitivity < 0.63 ? words.motion.normalEffect : words.motion.keenEffect;
}

interface SensitivityProps {
  /** As it is in force. */
  value: number;
  /** Resolves false when the camera did not take it: then the slider goes back. */
  onSet: (value: number) => Promise<boolean>;
}

export function Sensitivity({ value, onSet }: SensitivityProps) {
  const id = useId();
  const [shown, setShown] = useState(value);
  useEffect(() => setShown(value), [value]);
  const set = async (next: number) => {
    setShown(next);
    if (!(await onSet(next))) setShown(value);
  };
  return (
    <section class="section" aria-labelledby={`${id}-head`}>
      <div class="row spread">
        <h2 id={`${id}-head`}>{words.motion.sensitivity}</h2>
        <strong data-testid="motion-sensitivity-name">{nameOf(shown)}</strong>
      </div>
      <input
        type="range"
        class="scrub-line"
        min={0}
        max={1}
        step={0.01}
        value={shown}
        style={{ "--share": `${shown * 100}%` }}
        aria-label={words.motion.sensitivity}
        aria-valuetext={nameOf(shown)}
        data-testid="motion-sensitivity"
        onInput={(event) => setShown(Number(event.currentTarget.value))}
        onChange={(event) => set(Number(event.currentTarget.value))}
      />
      <div class="stops">
        {STOPS.map((stop) => (
          <button
            key={stop.value}
            type="button"
            class="stop"
            style={{ left: `${stop.value * 100}%` }}
            aria-pressed={Math.abs(stop.value - shown) <= NEAR}
            data-testid={`motion-stop-${stop.value * 100}`}
            onClick={() => set(stop.value)}
          >
            {stop.name}
          </button>
        ))}
      </div>
      <p class="soft small" aria-live="polite">
        {effectOf(shown)}
      </p>
    </section>
  );
}
