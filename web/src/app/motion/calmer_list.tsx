/** "Calmer here": each false alarm that raised the bar for its place and time of day, with an undo. */

import type { CalmerPlace } from "../../core/messages";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { Link } from "../link";
import { useAction } from "../use_action";
import { shortDate } from "../when";
import { words } from "../words";
import { whenOf, whereOf } from "./calmer";

interface CalmerListProps {
  calmer: readonly CalmerPlace[];
  knowsTime: boolean;
  onUndo: (clip: string) => Promise<void>;
}

function Row({ place, onUndo }: { place: CalmerPlace; onUndo: CalmerListProps["onUndo"] }) {
  const undoing = useAction({ speak: true });
  const undo = () =>
    undoing.run(async () => {
      await onUndo(place.clip);
      toast(words.motion.undone, "undo");
    });
  const when = whenOf(place, Date.now());
  return (
    <li class="rows-row" data-testid="motion-calmer">
      <span class="rows-text">
        <span class="rows-title">{words.motion.calmerHere(when, whereOf(place.box))}</span>
        <span class="rows-note">
          <Link to={`/clips/${place.clip}`}>{words.motion.sinceClip(shortDate(place.at_ms))}</Link>
        </span>
      </span>
      <Button icon="undo" busy={undoing.isBusy} testid={`motion-undo-${place.clip}`} onClick={undo}>
        {words.motion.undo}
      </Button>
    </li>
  );
}

export function CalmerList({ calmer, knowsTime, onUndo }: CalmerListProps) {
  return (
    <section class="section" aria-label={words.motion.calmer}>
      <h2>{words.motion.calmer}</h2>
      <p class="soft small">{calmer.length === 0 ? words.motion.calmerNone : words.motion.calmerText}</p>
      {calmer.length > 0 && !knowsTime && (
        <Notice tone="warn" icon="warning" title={words.motion.noTime} testid="motion-no-time" />
      )}
      {calmer.length > 0 && (
        <ul class="card card-flush rows-block area-rows">
          {calmer.map((place) => (
            <Row key={place.clip} place={place} onUndo={onUndo} />
          ))}
        </ul>
      )}
    </section>
  );
}
