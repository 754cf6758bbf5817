/** Our own controls below the picture: big targets for back, play, forward, and a line to drag along. */

import { useEffect, useState } from "preact/hooks";
import { type Moving, stretches } from "../../core/moving";
import { Icon } from "../../ui/icon";
import { playTime } from "../when";
import { words } from "../words";

const JUMP_S = 10;

interface ScrubProps {
  video: { readonly current: HTMLVideoElement | null };
  durationS: number;
  moving: readonly Moving[];
}

function useMoment(video: ScrubProps["video"]) {
  const [atS, setAt] = useState(0);
  const [isPaused, setPaused] = useState(true);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const follow = () => {
      setAt(element.currentTime);
      setPaused(element.paused || element.ended);
    };
    const events = ["timeupdate", "seeking", "seeked", "play", "pause", "ended", "loadedmetadata"];
    for (const name of events) element.addEventListener(name, follow);
    return () => {
      for (const name of events) element.removeEventListener(name, follow);
    };
  }, [video]);
  return { atS, isPaused };
}

/** When something moved, as marks on the line; for the ears a sentence. */
function Marks({ durationS, moving }: Omit<ScrubProps, "video">) {
  const found = durationS > 0 ? stretches(moving) : [];
  if (found.length === 0) return null;
  const percent = (ms: number) => Math.min(100, ms / durationS / 10);
  return (
    <div
      class="scrub-marks"
      role="img"
      aria-label={words.clips.movedFor(found.length)}
      data-testid="clip-marks"
    >
      {found.map(({ fromMs, toMs }) => (
        <span
          key={fromMs}
          style={{ left: `${percent(fromMs)}%`, width: `${percent(toMs) - percent(fromMs)}%` }}
        />
      ))}
    </div>
  );
}

export function Scrub({ video, durationS, moving }: ScrubProps) {
  const { atS, isPaused } = useMoment(video);
  const seek = (to_s: number) => {
    if (video.current) video.current.currentTime = Math.min(Math.max(0, to_s), Math.max(0, durationS - 0.05));
  };
  const toggle = () => {
    const element = video.current;
    if (!element) return;
    if (!element.paused && !element.ended) return element.pause();
    if (element.ended || atS >= durationS - 0.1) seek(0);
    void element.play().catch(() => undefined); // the browser may refuse; the native controls remain
  };
  const share = durationS > 0 ? Math.min(1, atS / durationS) : 0;
  return (
    <div class="scrub">
      <input
        type="range"
        class="scrub-line"
        min={0}
        max={Math.max(0.1, durationS)}
        step={0.1}
        value={atS}
        style={{ "--share": `${share * 100}%` }}
        aria-label={words.clips.scrub}
        aria-valuetext={words.clips.position(playTime(atS), playTime(durationS))}
        data-testid="clip-scrub"
        onInput={(event) => seek(Number(event.currentTarget.value))}
      />
      <Marks durationS={durationS} moving={moving} />
      <div class="scrub-times figures small soft">
        <span data-testid="clip-position">{playTime(atS)}</span>
        <span data-testid="clip-duration">{playTime(durationS)}</span>
      </div>
      <div class="scrub-buttons">
        <button
          type="button"
          class="round"
          aria-label={words.clips.back10}
          title={words.clips.back10}
          data-testid="clip-back10"
          onClick={() => seek(atS - JUMP_S)}
        >
          <Icon name="back10" size={28} />
        </button>
        <button
          type="button"
          class="round round-main"
          aria-label={isPaused ? words.clips.play : words.clips.pause}
          data-testid="clip-play"
          onClick={toggle}
        >
          <Icon name={isPaused ? "play" : "pause"} size={30} />
        </button>
        <button
          type="button"
          class="round"
          aria-label={words.clips.forward10}
          title={words.clips.forward10}
          data-testid="clip-forward10"
          onClick={() => seek(atS + JUMP_S)}
        >
          <Icon name="forward10" size={28} />
        </button>
      </div>
    </div>
  );
}
