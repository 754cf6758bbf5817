/** How long clips stay, how much of the card they may use, and what deleting means. */

import { useState } from "preact/hooks";
import type { Keeping } from "../../core/messages";
import { ask } from "../../ui/dialog";
import { Choices, FieldError } from "../../ui/field";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { size } from "../when";
import { words } from "../words";
import { type KeepingSettings, useKeeping } from "./use_keeping";

const HOURS = [24, 72, 168, 336, 720];
const SHARES = ["0.25", "0.5", "0.75", "0.9"];

/** What is in force stands among the choices, also where a command set it to something else. */
function hoursToChoose(inForce: number) {
  const hours = [...new Set([...HOURS, inForce])].sort((a, b) => a - b);
  return hours.map((each) => ({ value: String(each), label: words.keeping.days(each) }));
}

function Time({ keeping, set }: { keeping: Keeping; set: KeepingSettings["set"] }) {
  const saving = useAction();
  const [refusals, setRefusals] = useState(0);
  const choose = async (value: string) => {
    const keep_hours = Number(value);
    const span = words.keeping.days(keep_hours);
    if (keep_hours < keeping.keep_hours) {
      const { shorterTitle, shorterText: body, shorterYes: action } = words.keeping;
      const isMeant = await ask({
        title: shorterTitle(span),
        body,
        action,
        cancel: words.common.cancel,
        danger: true,
      });
      if (!isMeant) return setRefusals((count) => count + 1); // drawn anew: what is in force is chosen
    }
    if (await saving.run(() => set({ keep_hours }))) toast(words.keeping.saved(span), "check");
  };
  return (
    <section class="section stack">
      <h2>{words.keeping.time}</h2>
      <p class="soft">{words.keeping.timeText}</p>
      <Choices
        key={`${keeping.keep_hours} ${refusals}`}
        legend={words.keeping.time}
        value={String(keeping.keep_hours)}
        options={hoursToChoose(keeping.keep_hours)}
        testid="keep-hours"
        onChange={choose}
      />
      <FieldError error={saving.error} />
      <p class="soft small">{words.keeping.timeNote}</p>
    </section>
  );
}

function Room({ keeping, set }: { keeping: Keeping; set: KeepingSettings["set"] }) {
  const saving = useAction();
  const { clips_bytes: used, room_bytes: room, kept_bytes: kept } = keeping;
  const share = SHARES.reduce((best, each) =>
    Math.abs(Number(each) - keeping.share) < Math.abs(Number(best) - keeping.share) ? each : best,
  );
  const choose = async (value: string) => {
    if (await saving.run(() => set({ share: Number(value) }))) toast(words.keeping.shareSaved, "check");
  };
  return (
    <section class="section stack">
      <h2>{words.keeping.room}</h2>
      <div class="stack-tight">
        <progress
          class="bar"
          max={Math.max(1, room)}
          value={used}
          aria-label={words.keeping.roomUsed(size(used), size(room))}
        />
        <p class="small figures" data-testid="room-used">
          {words.keeping.roomUsed(size(used), size(room))}
          {kept > 0 && <span class="soft">{`, ${words.keeping.roomKept(size(kept))}`}</span>}
        </p>
      </div>
      <h3>{words.keeping.share}</h3>
      <Choices
        legend={words.keeping.share}
        value={share}
        options={SHARES.map((value) => ({ value, label: words.keeping.shares[value] ?? value }))}
        testid="clips-share"
        onChange={choose}
      />
      <FieldError error={saving.error} />
      <p class="soft small">{words.keeping.roomText}</p>
    </section>
  );
}

export function KeepingScreen() {
  const { keeping, failure, set } = useKeeping();
  return (
    <Screen title={words.keeping.title} back="/settings" testid="keeping">
      {Boolean(failure) && <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />}
      {!keeping && !failure && (
        <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />
      )}
      {keeping && (
        <>
          <Time keeping={keeping} set={set} />
          <Room keeping={keeping} set={set} />
          <section class="section">
            <h2>{words.keeping.honest}</h2>
            <p class="soft">{words.keeping.honestText}</p>
          </section>
        </>
      )}
    </Screen>
  );
}
