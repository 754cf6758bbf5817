/** The recovery key: shown again after a question, or typed in where this device lacks it. */

import { useState } from "preact/hooks";
import { FormatError, NoKeyError } from "../../core/errors";
import { parseIdentity, type RecoverySheet, recoverySheet } from "../../core/identity";
import { Button } from "../../ui/button";
import { ask, Dialog } from "../../ui/dialog";
import { FieldError } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { toast } from "../../ui/toast";
import { useValue } from "../../ui/use_value";
import { useCamera, useParts } from "../context";
import { Sheet } from "../sheet";
import { useAction } from "../use_action";
import { words } from "../words";

export function EnterDialog({ onClose }: { onClose: () => void }) {
  const { home } = useParts();
  const [typed, setTyped] = useState("");
  const explain = (error: unknown) => {
    if (error instanceof NoKeyError) return words.settings.enterWrong;
    return error instanceof FormatError ? words.settings.enterBad : null;
  };
  const entering = useAction({ explain });
  const submit = async (event: Event) => {
    event.preventDefault();
    const isDone = await entering.run(async () => home.saveIdentity(await parseIdentity(typed)));
    if (!isDone) return;
    toast(words.settings.entered, "key");
    onClose();
  };
  return (
    <Dialog title={words.settings.enter} onClose={onClose} testid="enter-key-dialog">
      <form class="stack" onSubmit={submit}>
        <div class="field">
          <label for="recovery-key">{words.settings.enterLabel}</label>
          <p class="field-note">{words.settings.enterText}</p>
          <textarea
            id="recovery-key"
            class="input"
            value={typed}
            autocomplete="off"
            spellcheck={false}
            data-testid="enter-key"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
          <FieldError error={entering.error} />
        </div>
        <div class="dialog-actions">
          <Button
            kind="primary"
            submit
            busy={entering.isBusy}
            disabled={typed.trim() === ""}
            testid="enter-key-save"
          >
            {words.settings.enterSave}
          </Button>
          <Button onClick={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}

export function KeySection() {
  const { home } = useParts();
  const camera = useCamera();
  const identity = useValue(home.identity);
  const [sheet, setSheet] = useState<RecoverySheet | null>(null);
  const [isEntering, setEntering] = useState(false);
  const show = async () => {
    if (!identity || !camera) return;
    const { sheetTitle: title, sheetText: body, sheetYes: action } = words.settings;
    if (await ask({ title, body, action, cancel: words.common.cancel }))
      setSheet(recoverySheet(identity, camera.name, camera.camera_id));
  };
  const isReady = identity !== null && !useValue(home.lacksKey);
  const [title, note] = isReady
    ? [words.settings.sheet, words.settings.sheetNote]
    : [words.settings.enter, words.settings.enterNote];
  return (
    <section class="section" aria-label={words.settings.keys}>
      <h2>{words.settings.keys}</h2>
      <div class="card card-flush">
        <button
          type="button"
          class="rows-row"
          data-testid={isReady ? "settings-show-key" : "settings-enter-key"}
          onClick={isReady ? show : () => setEntering(true)}
        >
          <Icon name="key" />
          <span class="rows-text">
            <span class="rows-title">{title}</span>
            <span class="rows-note">{note}</span>
          </span>
          <Icon name="right" size={20} />
        </button>
      </div>
      {sheet && camera && (
        <Dialog title={words.settings.sheet} onClose={() => setSheet(null)} testid="sheet-dialog">
          <Sheet sheet={sheet} cameraName={camera.name} />
          <Button kind="plain" wide onClick={() => setSheet(null)}>
            {words.common.done}
          </Button>
        </Dialog>
      )}
      {isEntering && <EnterDialog onClose={() => setEntering(false)} />}
    </section>
  );
}
