/** All clips, by day, newest first; more are drawn as the list is scrolled. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { Empty, Notice } from "../../ui/parts";
import { useCamera, useLibrary, useParts } from "../context";
import { HowLong } from "../keeping/how_long";
import { Link } from "../link";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { groupByDay } from "../when";
import { words } from "../words";
import { HeatStrip } from "./heat_strip";
import { VisitCard } from "./visit_card";
import type { Visit } from "./visits";

const STEP = 60;

function useGrowing(total: number) {
  const [shown, setShown] = useState(STEP);
  const sentinel = useRef<HTMLDivElement>(null);
  const hasMore = shown < total;
  useEffect(() => {
    const element = sentinel.current;
    if (!element || !hasMore) return;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some((entry) => entry.isIntersecting)) setShown((count) => count + STEP);
      },
      { rootMargin: "600px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasMore, shown]);
  const showUpTo = (index: number) => setShown((count) => Math.max(count, index + 1));
  return { shown, sentinel, showUpTo };
}

/** Brings a clip of the list into view, once it is drawn, and marks it for a moment. */
function useJump(showUpTo: (index: number) => void, dated: readonly Visit[]) {
  const [wanted, setWanted] = useState<{ readonly id: string; readonly isToFocus: boolean } | null>(null);
  useEffect(() => {
    if (!wanted) return;
    const item = document.querySelector<HTMLElement>(`[data-clip="${wanted.id}"]`);
    if (!item) return;
    item.scrollIntoView({ block: "center", behavior: "smooth" });
    if (wanted.isToFocus) item.querySelector("a")?.focus({ preventScroll: true });
    item.classList.remove("is-found");
    void item.offsetWidth; // so that the mark begins anew
    item.classList.add("is-found");
    setWanted(null);
  }, [wanted]);
  return (id: string, isToFocus: boolean) => {
    showUpTo(dated.findIndex((visit) => visit.id === id));
    setWanted({ id, isToFocus });
  };
}

function RecordingRow() {
  const { recording_clip: recording } = useCamera() ?? { recording_clip: null };
  if (!recording) return null;
  return (
    <div class="recording-row" data-testid="recording-now" role="status">
      <span class="dot dot-rec" aria-hidden="true" />
      <div>
        <p class="rows-title">{words.clips.recordingNow}</p>
        <p class="rows-note">{words.clips.recordingNote}</p>
      </div>
    </div>
  );
}

interface DayProps {
  title: string;
  /** Those that are drawn. */
  visits: readonly Visit[];
  /** All of the day. */
  all: readonly Visit[];
  onClip?: (id: string, isToFocus: boolean) => void;
}

function Day({ title, visits, all, onClip }: DayProps) {
  return (
    <section class="day" aria-label={title}>
      <h2 class="day-head">
        {title}
        <span class="soft small">{words.clips.count(all.length)}</span>
      </h2>
      {onClip && <HeatStrip day={title} visits={all} onClip={onClip} />}
      <ul class="visits">
        {visits.map((visit) => (
          <li key={visit.id} data-clip={visit.id}>
            <VisitCard visit={visit} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function ClipList({ visits }: { visits: readonly Visit[] }) {
  const hasMask = Boolean(useCamera()?.mask);
  const done = visits.filter((visit) => !visit.isRecording);
  const { shown, sentinel, showUpTo } = useGrowing(done.length);
  const dated = done.filter((visit) => visit.atMs !== null);
  const jump = useJump(showUpTo, dated);
  if (done.length === 0) {
    return (
      <Empty
        icon="clips"
        title={words.clips.empty}
        text={hasMask ? words.clips.emptyText : words.clips.emptyDraw}
        testid="clips-empty"
      >
        {!hasMask && (
          <Link to="/draw" class="button button-primary">
            {words.live.noStoopAction}
          </Link>
        )}
      </Empty>
    );
  }
  const undated = done.filter((visit) => visit.atMs === null);
  const allDays = groupByDay(dated, (visit) => visit.atMs ?? 0, Date.now());
  const whole = new Map(allDays.map((day) => [day.key, day.items]));
  const days = groupByDay(dated.slice(0, shown), (visit) => visit.atMs ?? 0, Date.now());
  return (
    <>
      {days.map((day) => (
        <Day
          key={day.key}
          title={day.title}
          visits={day.items}
          all={whole.get(day.key) ?? day.items}
          onClip={jump}
        />
      ))}
      {undated.length > 0 && <Day title={words.time.unknown} visits={undated} all={undated} />}
      <div ref={sentinel} />
      {!(shown < done.length) && <HowLong />}
    </>
  );
}

function Skeletons() {
  return (
    <div role="status" class="stack" data-testid="clips-loading">
      <span class="unseen">{words.clips.loading}</span>
      {[0, 1, 2, 3].map((row) => (
        <div key={row} class="skeleton skeleton-visit" />
      ))}
    </div>
  );
}

export function NoKey() {
  return (
    <Empty icon="key" title={words.clips.noKeyTitle} text={words.clips.noKeyText} testid="no-key">
      <Link to="/settings" class="button button-primary">
        {words.clips.enterKey}
      </Link>
    </Empty>
  );
}

export function LoadFailed({ error }: { error: unknown }) {
  const { library } = useParts();
  return (
    <Notice tone="bad" icon="warning" title={words.clips.loadFailed} testid="load-failed">
      <p>{sentenceOf(error)}</p>
      <div>
        <Button icon="redo" onClick={() => library.refresh()}>
          {words.common.tryAgain}
        </Button>
      </div>
    </Notice>
  );
}

export function Clips() {
  const content = useLibrary();
  return (
    <Screen title={words.clips.title} wide testid="clips">
      <RecordingRow />
      {content.kind === "loading" && <Skeletons />}
      {content.kind === "no_key" && <NoKey />}
      {content.kind === "failed" && <LoadFailed error={content.error} />}
      {content.kind === "ready" && <ClipList visits={content.visits} />}
    </Screen>
  );
}
