/** The first page of a new camera: what it will do, and what it never does. */

import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { words } from "../words";
import { StepTitle } from "./step_title";

export function Welcome({ onStart }: { onStart: () => void }) {
  return (
    <div class="solo-step">
      <StepTitle title={words.claim.welcomeTitle} text={words.claim.welcomeText} />
      <ul class="stack promises">
        {words.claim.promises.map(([icon, title, text]) => (
          <li key={title} class="promise">
            <span class="promise-icon">
              <Icon name={icon} />
            </span>
            <div>
              <h2>{title}</h2>
              <p class="soft small">{text}</p>
            </div>
          </li>
        ))}
      </ul>
      <div class="solo-actions">
        <Button kind="primary" wide testid="claim-start" onClick={onStart}>
          {words.claim.start}
        </Button>
      </div>
    </div>
  );
}
