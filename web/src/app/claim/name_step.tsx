/** Naming the camera and this device. */

import { useState } from "preact/hooks";
import { Button } from "../../ui/button";
import { FieldError, TextField } from "../../ui/field";
import { words } from "../words";
import { StepTitle } from "./step_title";

interface NameStepProps {
  cameraName: string;
  deviceName: string;
  error: string | null;
  onCameraName: (name: string) => void;
  onDeviceName: (name: string) => void;
  onBack: () => void;
  onDone: () => void;
}

export function NameStep(props: NameStepProps) {
  const [isTried, setTried] = useState(false);
  const missing = (name: string) => (isTried && name.trim() === "" ? words.claim.nameMissing : null);
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (props.cameraName.trim() && props.deviceName.trim()) props.onDone();
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepTitle title={words.claim.nameTitle} />
      <TextField
        label={words.claim.cameraLabel}
        value={props.cameraName}
        placeholder={words.claim.cameraPlaceholder}
        error={missing(props.cameraName)}
        maxLength={40}
        autoFocus
        testid="claim-camera-name"
        onValue={props.onCameraName}
      />
      <TextField
        label={words.claim.deviceLabel}
        value={props.deviceName}
        placeholder={words.claim.devicePlaceholder}
        error={missing(props.deviceName)}
        maxLength={40}
        testid="claim-device-name"
        onValue={props.onDeviceName}
      />
      <FieldError error={props.error} />
      <div class="solo-actions">
        <Button kind="primary" wide submit testid="claim-name-next">
          {words.common.next}
        </Button>
        <Button kind="plain" wide onClick={props.onBack}>
          {words.nav.back}
        </Button>
      </div>
    </form>
  );
}
