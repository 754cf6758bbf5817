/** The camera's own settings: its name, off and on, recording, and what it may see. */

import { useEffect, useState } from "preact/hooks";
import type { Settings } from "../../core/messages";
import { Button } from "../../ui/button";
import { ask, Dialog } from "../../ui/dialog";
import { FieldError, SwitchRow, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/parts";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { useCamera, useParts } from "../context";
import { Link } from "../link";
import { sentenceOf } from "../sentences";
import { useAction } from "../use_action";
import { words } from "../words";
import { MotionRow } from "./motion_row";
import { ParcelRow } from "./parcel_row";
import { SoundRows } from "./sound_rows";

function useSettings() {
  const { api, home } = useParts();
  const [settings, setSettings] = useState<Settings | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const event = useValue(home.event);
  const changed = event?.kind === "settings.changed" ? event : null;
  useEffect(() => {
    let isWanted = true;
    api.command("settings.get", {}).then(
      (found) => isWanted && setSettings(found),
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [api, changed]);
  const change = async (part: Partial<Settings>) => setSettings(await api.command("settings.set", part));
  return { settings, failure, change };
}

function RenameDialog({
  name,
  onSave,
  onClose,
}: {
  name: string;
  onSave: (name: string) => Promise<void>;
  onClose: () => void;
}) {
  const [typed, setTyped] = useState(name);
  const saving = useAction();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (typed.trim() === "") return;
    if (await saving.run(() => onSave(typed.trim()))) onClose();
  };
  return (
    <Dialog title={words.settings.rename} onClose={onClose} testid="rename-dialog">
      <form class="stack" onSubmit={submit}>
        <TextField
          label={words.settings.renameTitle}
          value={typed}
          maxLength={40}
          autoFocus
          testid="rename-name"
          onValue={setTyped}
        />
        <FieldError error={saving.error} />
        <div class="dialog-actions">
          <Button
            kind="primary"
            submit
            busy={saving.isBusy}
            disabled={typed.trim() === ""}
            testid="rename-save"
          >
            {words.settings.renameSave}
          </Button>
          <Button onClick={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function DrawRow() {
  const mask = useCamera()?.mask;
  const note = mask
    ? words.settings.drawNote(Math.round((1 - mask.visible_share) * 100))
    : words.settings.drawNone;
  return (
    <Link to="/draw" class="rows-row" testid="settings-draw">
      <Icon name="draw" />
      <span class="rows-text">
        <span class="rows-title">{words.settings.draw}</span>
        <span class="rows-note">{note}</span>
      </span>
      <Icon name="right" size={20} />
    </Link>
  );
}

export function CameraSection() {
  const { settings, failure, change } = useSettings();
  const [isRenaming, setRenaming] = useState(false);
  const switching = useAction({ speak: true });
  if (failure) return <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />;
  if (!settings)
    return <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />;
  const watch = async (isOn: boolean) => {
    const { offTitle: title, offText: body, offYes: action } = words.settings;
    if (!isOn && !(await ask({ title, body, action, cancel: words.common.cancel, danger: true }))) return;
    if (await switching.run(() => change({ watching: isOn })))
      toast(isOn ? words.settings.switchedOn : words.settings.switchedOff, "power");
  };
  const bellOnly = async (isOn: boolean) => {
    const { bellOnlyYesTitle: title, bellOnlyYesText: body, bellOnlyYes: action } = words.settings;
    if (isOn && !(await ask({ title, body, action, cancel: words.common.cancel }))) return;
    const isDone = await switching.run(() => change({ bell_only: isOn }));
    if (isDone && !isOn && settings.loosening_lock) toast(words.settings.bellOnlyWaits, "lock");
  };
  const lock = async (isOn: boolean) => {
    const { lockOffTitle: title, lockOffText: body, lockOffYes: action } = words.settings;
    if (!isOn && !(await ask({ title, body, action, cancel: words.common.cancel, danger: true }))) return;
    const isDone = await switching.run(() => change({ loosening_lock: isOn }));
    if (isDone && isOn) toast(words.settings.lockOnDone, "lock");
  };
  return (
    <section aria-label={words.settings.camera}>
      <div class="card card-flush rows-block">
        <SwitchRow
          title={words.settings.watching}
          note={settings.watching ? words.settings.watchingOn : words.settings.watchingOff}
          checked={settings.watching}
          busy={switching.isBusy}
          testid="switch-watching"
          onChange={watch}
        />
        <SwitchRow
          title={words.settings.motion}
          note={settings.record_on_motion ? words.settings.motionOn : words.settings.motionOff}
          checked={settings.record_on_motion}
          busy={switching.isBusy}
          testid="switch-motion"
          onChange={(isOn) => switching.run(() => change({ record_on_motion: isOn }))}
        />
        <SwitchRow
          title={words.settings.bellOnly}
          note={settings.bell_only ? words.settings.bellOnlyOn : words.settings.bellOnlyOff}
          checked={settings.bell_only}
          busy={switching.isBusy}
          testid="switch-bell-only"
          onChange={bellOnly}
        />
        <SoundRows
          settings={settings}
          busy={switching.isBusy}
          change={(part) => switching.run(() => change(part))}
        />
        <MotionRow />
        <ParcelRow />
        <DrawRow />
        <SwitchRow
          title={words.settings.lock}
          note={settings.loosening_lock ? words.settings.lockOn : words.settings.lockOff}
          checked={settings.loosening_lock}
          busy={switching.isBusy}
          testid="switch-lock"
          onChange={lock}
        />
        <button
          type="button"
          class="rows-row"
          data-testid="settings-rename"
          onClick={() => setRenaming(true)}
        >
          <Icon name="pencil" />
          <span class="rows-text">
            <span class="rows-title">{words.settings.name}</span>
            <span class="rows-note">{settings.camera_name}</span>
          </span>
          <Icon name="right" size={20} />
        </button>
      </div>
      {isRenaming && (
        <RenameDialog
          name={settings.camera_name}
          onClose={() => setRenaming(false)}
          onSave={async (camera_name) => {
            await change({ camera_name });
            toast(words.settings.renamed);
          }}
        />
      )}
    </section>
  );
}
