/** Pages for a browser that is not signed in: camera out of reach, not paired, removed, signed out, too old. */

import { Button } from "../ui/button";
import { Icon, type IconName } from "../ui/icon";
import { StepTitle } from "./claim/step_title";
import { useParts } from "./context";
import { go } from "./router";
import { Solo } from "./solo";
import { useAction } from "./use_action";
import { words } from "./words";

function BigIcon({ name }: { name: IconName }) {
  return (
    <div class="empty-icon start">
      <Icon name={name} size={34} />
    </div>
  );
}

export function Unreachable({ isStarting }: { isStarting: boolean }) {
  const title = isStarting ? words.connection.starting : words.connection.unreachableTitle;
  return (
    <Solo testid="unreachable">
      <div class="solo-step">
        <BigIcon name="away" />
        <StepTitle title={title} text={isStarting ? "" : words.connection.unreachableText} />
        <p class="row soft" role="status">
          <span class="spinner" aria-hidden="true" />
          {words.connection.looking}
        </p>
      </div>
    </Solo>
  );
}

export function Unpaired({ wasRemoved }: { wasRemoved: boolean }) {
  const { home } = useParts();
  const checking = useAction({ speak: true });
  const title = wasRemoved ? words.unpaired.removedTitle : words.unpaired.title;
  const text = wasRemoved ? words.unpaired.removedText : words.unpaired.text;
  return (
    <Solo testid="unpaired">
      <div class="solo-step">
        <BigIcon name="devices" />
        <StepTitle title={title} text={text} />
        <ol class="steps-bullets">
          {words.unpaired.steps.map((step) => (
            <li key={step}>
              <span>{step}</span>
            </li>
          ))}
        </ol>
        <div class="solo-actions">
          <Button
            wide
            busy={checking.isBusy}
            testid="unpaired-check"
            onClick={() => checking.run(() => home.start())}
          >
            {words.common.tryAgain}
          </Button>
          <Button kind="quiet" wide icon="key" testid="unpaired-recover" onClick={() => go("/recover")}>
            {words.unpaired.lost}
          </Button>
        </div>
      </div>
    </Solo>
  );
}

export function SignedOut() {
  const { home } = useParts();
  const signing = useAction({ speak: true });
  return (
    <Solo testid="signed-out">
      <div class="solo-step">
        <BigIcon name="lock" />
        <StepTitle title={words.settings.loggedOutTitle} text={words.settings.loggedOutText} />
        <div class="solo-actions">
          <Button
            kind="primary"
            wide
            busy={signing.isBusy}
            testid="sign-in"
            onClick={() => signing.run(() => home.start())}
          >
            {words.settings.logIn}
          </Button>
        </div>
      </div>
    </Solo>
  );
}

export function OldBrowser() {
  return (
    <Solo testid="old-browser">
      <div class="solo-step">
        <BigIcon name="warning" />
        <StepTitle title={words.errors.oldBrowser} text={words.errors.oldBrowserText} />
      </div>
    </Solo>
  );
}
