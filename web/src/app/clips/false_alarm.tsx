/** "This was a false alarm": the owner marks the place on the clip's picture, and the camera is calmer there at that time. */

import { useState } from "preact/hooks";
import { ApiError } from "../../core/errors";
import type { CalmerPlace, MotionBox } from "../../core/messages";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { FieldError } from "../../ui/field";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useParts } from "../context";
import { boxAround, whenOf, whereOf, windowAround } from "../motion/calmer";
import { useMotionSettings } from "../motion/use_motion";
import { useAction } from "../use_action";
import { words } from "../words";
import { PlacePicker } from "./place_picker";
import type { Visit } from "./visits";

interface FalseAlarmProps {
  visit: Visit;
  video: { readonly current: HTMLVideoElement | null };
  /** Where it was, as the clip itself tells; null where it does not. */
  told: MotionBox | null;
}

const explain = (error: unknown) =>
  error instanceof ApiError && error.code === "too_many" ? words.clips.falseAlarmFull : null;

function Ask(props: FalseAlarmProps & { onClose: () => void; onDone: () => void }) {
  const { visit, video, told, onClose, onDone } = props;
  const { api } = useParts();
  const [box, setBox] = useState<MotionBox>(() => told ?? boxAround(0.5, 0.7));
  const window = windowAround(visit.atMs ?? 0);
  const marking = useAction({ explain });
  const mark = async () => {
    const isDone = await marking.run(async () => {
      await api.command("clip.false_alarm", { clip: visit.id, box, ...window });
    });
    if (!isDone) return;
    toast(words.clips.falseAlarmDone);
    onDone();
  };
  return (
    <Dialog title={words.clips.falseAlarmTitle} onClose={onClose} testid="false-alarm-dialog">
      <PlacePicker box={box} video={video} onBox={setBox} />
      <p class="small" data-testid="false-alarm-when">
        <strong>{words.clips.falseAlarmWhen(whenOf(window, Date.now()), whereOf(box))}</strong>
      </p>
      <p class="soft small">{words.clips.falseAlarmText}</p>
      <FieldError error={marking.error} />
      <div class="dialog-actions">
        <Button kind="primary" busy={marking.isBusy} testid="false-alarm-yes" onClick={mark}>
          {words.clips.falseAlarmYes}
        </Button>
        <Button onClick={onClose}>{words.common.cancel}</Button>
      </div>
    </Dialog>
  );
}

function Marked({ place, onUndo }: { place: CalmerPlace; onUndo: (clip: string) => Promise<void> }) {
  const undoing = useAction({ speak: true });
  const undo = () =>
    undoing.run(async () => {
      await onUndo(place.clip);
      toast(words.motion.undone, "undo");
    });
  return (
    <Notice tone="plain" icon="check" title={words.clips.falseAlarmMarked} testid="false-alarm-marked">
      <p>{words.clips.falseAlarmMarkedText(whenOf(place, Date.now()), whereOf(place.box))}</p>
      <div>
        <Button icon="undo" busy={undoing.isBusy} testid="false-alarm-undo" onClick={undo}>
          {words.motion.undo}
        </Button>
      </div>
    </Notice>
  );
}

/** Nothing for clips that the bell or the owner made: those are no alarms. */
export function FalseAlarm(props: FalseAlarmProps) {
  const settings = useMotionSettings();
  const [isAsking, setAsking] = useState(false);
  const { visit } = props;
  if (visit.cause !== "motion" || visit.atMs === null || !settings.told) return null;
  const place = settings.told.calmer.find(({ clip }) => clip === visit.id);
  if (place) return <Marked place={place} onUndo={settings.undo} />;
  return (
    <>
      <div>
        <Button icon="motion" testid="false-alarm" onClick={() => setAsking(true)}>
          {words.clips.falseAlarm}
        </Button>
      </div>
      {isAsking && <Ask {...props} onClose={() => setAsking(false)} onDone={() => setAsking(false)} />}
    </>
  );
}
