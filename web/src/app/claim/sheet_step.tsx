/** The recovery sheet, once, before anything else: kept, or knowingly not. */

import { useState } from "preact/hooks";
import type { RecoverySheet } from "../../core/identity";
import { Button } from "../../ui/button";
import { ask } from "../../ui/dialog";
import { Tick } from "../../ui/field";
import { Sheet } from "../sheet";
import { useAction } from "../use_action";
import { words } from "../words";
import { StepTitle } from "./step_title";

interface SheetStepProps {
  sheet: RecoverySheet;
  cameraName: string;
  onDone: () => Promise<void>;
}

export function SheetStep({ sheet, cameraName, onDone }: SheetStepProps) {
  const [isSafe, setSafe] = useState(false);
  const finish = useAction({ speak: true });
  const skip = async () => {
    const { skipTitle: title, skipText: body, skipYes: action } = words.claim;
    if (await ask({ title, body, action, cancel: words.nav.back, danger: true })) await finish.run(onDone);
  };
  return (
    <div class="solo-step">
      <StepTitle title={words.claim.sheetTitle} text={words.claim.sheetText} />
      <Sheet sheet={sheet} cameraName={cameraName} />
      <div class="solo-actions no-print">
        <Tick checked={isSafe} onChange={setSafe} testid="sheet-safe">
          {words.claim.saved}
        </Tick>
        <Button
          kind="primary"
          wide
          disabled={!isSafe}
          busy={finish.isBusy}
          testid="sheet-next"
          onClick={() => finish.run(onDone)}
        >
          {words.claim.toDraw}
        </Button>
        <Button kind="plain" wide testid="sheet-skip" onClick={skip}>
          {words.claim.skip}
        </Button>
      </div>
    </div>
  );
}
