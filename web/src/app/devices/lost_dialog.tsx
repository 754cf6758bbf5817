/** A device or the sheet was lost: what that can still mean, then one step that removes and changes the key, then the new sheet. */

import { useState } from "preact/hooks";
import { changeKey } from "../../core/change_key";
import { type RecoverySheet, recoverySheet } from "../../core/identity";
import type { PairedDevice } from "../../core/messages";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { FieldError } from "../../ui/field";
import { useCamera, useMe, useParts } from "../context";
import { Sheet } from "../sheet";
import { useAction } from "../use_action";
import { words } from "../words";

/** Stands for the sheet in the list of what may be lost. */
const THE_SHEET = "sheet";

interface LostDialogProps {
  /** As they were when it opened: the list changes under it by what it does. */
  devices: readonly PairedDevice[];
  onChanged: () => void;
  onClose: () => void;
}

function Option(props: { value: string; title: string; chosen: string; onChoose: (value: string) => void }) {
  return (
    <label class="choice-card">
      <input
        type="radio"
        name="lost"
        value={props.value}
        checked={props.chosen === props.value}
        data-testid={`lost-${props.value}`}
        onChange={() => props.onChoose(props.value)}
      />
      <span class="rows-title">{props.title}</span>
    </label>
  );
}

function Meaning({ isSheet }: { isSheet: boolean }) {
  const lines = isSheet ? words.lost.sheetMeaning : words.lost.meaning;
  return (
    <ul class="lost-list small">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

export function LostDialog({ devices, onChanged, onClose }: LostDialogProps) {
  const { api, keys, home } = useParts();
  const camera = useCamera();
  const me = useMe();
  const owners = devices.filter((device) => device.role === "owner" && device.device !== me?.device);
  const [chosen, setChosen] = useState("");
  const [sheet, setSheet] = useState<RecoverySheet | null>(null);
  const changing = useAction();
  const change = () =>
    changing.run(async () => {
      const ring = await changeKey(api, keys, chosen === THE_SHEET ? null : chosen).catch(async (error) => {
        const kept = await keys.identity(); // it may have been changed all the same: nothing must stay shut here
        if (kept !== null) home.useRing(kept);
        throw error;
      });
      home.useRing(ring);
      setSheet(recoverySheet(ring, camera?.name ?? "", camera?.camera_id ?? ""));
      onChanged();
    });
  if (sheet)
    return (
      <Dialog title={words.lost.doneTitle} onClose={onClose} testid="lost-done">
        <p>{words.lost.doneText}</p>
        {owners.length > (chosen === THE_SHEET ? 0 : 1) && <p>{words.lost.others}</p>}
        <Sheet sheet={sheet} cameraName={camera?.name ?? ""} />
        <Button kind="primary" wide testid="lost-close" onClick={onClose}>
          {words.common.done}
        </Button>
      </Dialog>
    );
  return (
    <Dialog title={words.lost.title} onClose={() => !changing.isBusy && onClose()} testid="lost-dialog">
      <fieldset class="stack-tight">
        <legend class="soft">{words.lost.which}</legend>
        {owners.map((device) => (
          <Option
            key={device.device}
            value={device.device}
            title={device.name}
            chosen={chosen}
            onChoose={setChosen}
          />
        ))}
        <Option value={THE_SHEET} title={words.lost.sheet} chosen={chosen} onChoose={setChosen} />
      </fieldset>
      {chosen !== "" && <Meaning isSheet={chosen === THE_SHEET} />}
      <FieldError error={changing.error} />
      <div class="dialog-actions">
        <Button
          kind="danger"
          busy={changing.isBusy}
          disabled={chosen === ""}
          testid="lost-yes"
          onClick={change}
        >
          {chosen === THE_SHEET ? words.lost.changeOnly : words.lost.yes}
        </Button>
        <Button disabled={changing.isBusy} onClick={onClose}>
          {words.common.cancel}
        </Button>
      </div>
    </Dialog>
  );
}
