/** The short wait while keys are made and the camera is told. */

import { words } from "../words";
import { StepTitle } from "./step_title";

export function MakingStep({ share }: { share: number }) {
  const last = words.claim.making.length - 1;
  const line = words.claim.making[Math.min(last, Math.floor(share * words.claim.making.length))];
  return (
    <div class="solo-step making">
      <StepTitle title={words.claim.makingTitle} />
      <progress class="bar" value={share} max={1} aria-label={words.claim.makingTitle} />
      <p class="soft" aria-live="polite">
        {line}
      </p>
    </div>
  );
}
