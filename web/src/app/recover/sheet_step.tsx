/** The key on the recovery sheet: typed, pasted, or read off a picture of it. */

import { useRef, useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { StepTitle } from "../claim/step_title";
import { words } from "../words";
import { canReadPictures, joinSquares, readPicture } from "./picture";

interface SheetStepProps {
  sheet: string;
  deviceName: string;
  error: string | null;
  isBusy: boolean;
  onSheet: (sheet: string) => void;
  onDeviceName: (name: string) => void;
  onBack: () => void;
  onDone: () => void;
}

/** Shown only where the browser can read squares by itself. */
function PictureButton({ onRead }: { onRead: (text: string | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  if (!canReadPictures()) return null;
  const choose = async (chosen: HTMLInputElement) => {
    const file = chosen.files?.[0];
    chosen.value = "";
    if (file) onRead(await readPicture(file).catch(() => null));
  };
  return (
    <>
      <Button kind="quiet" wide icon="eye" onClick={() => input.current?.click()}>
        {words.recover.picture}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        data-testid="recover-picture"
        onChange={(event) => choose(event.currentTarget)}
      />
    </>
  );
}

export function SheetStep(props: SheetStepProps) {
  const [complaint, setComplaint] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (props.sheet.trim() !== "" && props.deviceName.trim() !== "") props.onDone();
  };
  const read = (text: string | null) => {
    setComplaint(text === null ? words.recover.pictureBad : null);
    if (text !== null) props.onSheet(joinSquares(props.sheet, text));
  };
  const missing = isTried && props.sheet.trim() === "" ? words.recover.sheetMissing : null;
  return (
    <form onSubmit={submit} noValidate>
      <StepTitle title={words.recover.sheetTitle} text={words.recover.sheetText} />
      <TextField
        label={words.settings.enterLabel}
        kind="lines"
        value={props.sheet}
        note={words.recover.sheetNote}
        error={complaint ?? missing ?? props.error}
        testid="recover-sheet"
        onValue={(typed) => {
          setComplaint(null);
          props.onSheet(typed);
        }}
      />
      <PictureButton onRead={read} />
      <TextField
        label={words.pair.name}
        value={props.deviceName}
        maxLength={40}
        error={isTried && props.deviceName.trim() === "" ? words.claim.nameMissing : null}
        testid="recover-name"
        onValue={props.onDeviceName}
      />
      <div class="solo-actions">
        <Button kind="primary" wide submit busy={props.isBusy} testid="recover-finish">
          {props.isBusy ? words.recover.finishing : words.recover.finish}
        </Button>
        <Button kind="plain" wide onClick={props.onBack}>
          {words.nav.back}
        </Button>
      </div>
    </form>
  );
}
