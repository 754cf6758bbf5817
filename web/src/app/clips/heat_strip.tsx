/** One day as a strip of hours, warmer where more was recorded: a tap, or the arrow keys, leads to the clips of that hour. */

import { useMemo, useState } from "preact/hooks";
import { announce } from "../../ui/toast";
import { words } from "../words";
import { clipAt, HOURS, heatOf, hourInWords, warmth } from "./heat";
import type { Visit } from "./visits";

const TICKS = [0, 6, 12, 18, 24];

interface HeatStripProps {
  /** Of the day, for whoever hears the page. */
  day: string;
  visits: readonly Visit[];
  /** Bring this clip into view; `isToFocus` when the keyboard asked to go there. */
  onClip: (id: string, isToFocus: boolean) => void;
}

/** Of the first hour in which there is something. */
const firstBusy = (hours: ReturnType<typeof heatOf>) =>
  Math.max(
    0,
    hours.findIndex(({ clips }) => clips.length > 0),
  );

export function HeatStrip({ day, visits, onClip }: HeatStripProps) {
  const hours = useMemo(() => heatOf(visits), [visits]);
  const [picked, setPicked] = useState<number | null>(null);
  const hour = picked ?? firstBusy(hours);
  const text = hourInWords(hours[hour] ?? { clips: [], seconds: 0 }, hour);
  const goTo = (at: number, isToFocus: boolean) => {
    const clip = clipAt(hours, at);
    if (clip) onClip(clip, isToFocus);
  };
  const pick = (at: number) => {
    setPicked(at);
    goTo(at, false);
  };
  return (
    <div class="heat">
      <div class="heat-hours" aria-hidden="true">
        {hours.map((each, at) => (
          <i
            key={at}
            class={at === picked ? "is-picked" : undefined}
            style={{ "--warmth": `${Math.round(warmth(each) * 100)}%` }}
          />
        ))}
      </div>
      <input
        type="range"
        class="heat-range"
        min={0}
        max={HOURS - 1}
        step={1}
        value={hour}
        aria-label={words.clips.hours(day)}
        aria-valuetext={text}
        title={text}
        data-testid="heat"
        onInput={(event) => pick(Number(event.currentTarget.value))}
        onClick={(event) => pick(Number(event.currentTarget.value))}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          goTo(hour, true);
        }}
        onFocus={() => announce(text)}
      />
      <div class="heat-ticks figures" aria-hidden="true">
        {TICKS.map((tick) => (
          <span key={tick} style={{ left: `${(tick / HOURS) * 100}%` }}>
            {tick}
          </span>
        ))}
      </div>
      {picked !== null && <p class="soft small heat-text">{text}</p>}
    </div>
  );
}
