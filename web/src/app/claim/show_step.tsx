/** Holding this screen before the lens; asks every few seconds whether the camera has seen it. */

import { useEffect, useState } from "preact/hooks";
import { keptDeviceKey, shownText } from "../../core/claim";
import { Button } from "../../ui/button";
import { QrCode } from "../../ui/qr_code";
import { useParts } from "../context";
import { words } from "../words";
import { StepTitle } from "./step_title";

const ASK_EVERY_MS = 3000;

interface ShowStepProps {
  cameraId: string;
  /** Asks the camera once; what comes of it is told by another step. */
  onAsk: () => Promise<void>;
  onType: () => void;
}

export function ShowStep({ cameraId, onAsk, onType }: ShowStepProps) {
  const { keys } = useParts();
  const [text, setText] = useState<string | null>(null);

  useEffect(() => {
    let isOver = false;
    let timer = 0;
    const ask = async () => {
      await onAsk();
      if (!isOver) timer = window.setTimeout(ask, ASK_EVERY_MS);
    };
    void keptDeviceKey(keys).then((key) => {
      if (isOver) return;
      setText(shownText(cameraId, key));
      timer = window.setTimeout(ask, ASK_EVERY_MS);
    });
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, []);

  return (
    <div class="solo-step">
      <StepTitle title={words.claim.showTitle} text={words.claim.showText} />
      <div class="claim-qr">{text && <QrCode text={text} label={words.claim.showLabel} />}</div>
      <p class="soft claim-waits" aria-live="polite">
        {words.claim.showWaits}
      </p>
      <div class="solo-actions">
        <Button kind="plain" wide testid="claim-type" onClick={onType}>
          {words.claim.typeInstead}
        </Button>
      </div>
    </div>
  );
}
