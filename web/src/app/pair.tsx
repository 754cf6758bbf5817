/** Joining by an invitation: the link's secret stays in the fragment and is gone from the address bar afterwards. */

import { useState } from "preact/hooks";
import { ApiError, FormatError } from "../core/errors";
import { parsePairLink } from "../core/pairing";
import { Button } from "../ui/button";
import { FieldError, TextField } from "../ui/field";
import { Icon } from "../ui/icon";
import { toast } from "../ui/toast";
import { StepTitle } from "./claim/step_title";
import { comingIn, joinHere, SPENT } from "./coming_in";
import { useParts } from "./context";
import { thisDevice } from "./device_name";
import { go } from "./router";
import { Solo } from "./solo";
import { useAction } from "./use_action";
import { words } from "./words";

type Trouble = "broken" | "spent";

function isWhole(fragment: string): boolean {
  try {
    parsePairLink(fragment);
    return true;
  } catch {
    return false;
  }
}

function troubleOf(error: unknown): Trouble | null {
  if (error instanceof FormatError) return "broken";
  return error instanceof ApiError && SPENT.includes(error.code) ? "spent" : null;
}

function Stuck({ trouble }: { trouble: Trouble }) {
  const [title, text] =
    trouble === "broken"
      ? [words.pair.brokenTitle, words.pair.brokenText]
      : [words.pair.spentTitle, words.pair.spentText];
  return (
    <div class="solo-step" data-testid={`pair-${trouble}`}>
      <div class="empty-icon">
        <Icon name="warning" size={34} />
      </div>
      <StepTitle title={title} text={text} />
    </div>
  );
}

export function Pair() {
  const { api, keys, home } = useParts();
  const [fragment] = useState(() => location.hash.slice(1));
  const [name, setName] = useState(thisDevice);
  const [trouble, setTrouble] = useState<Trouble | null>(() => (isWhole(fragment) ? null : "broken"));
  const [isTried, setTried] = useState(false);
  const [comeIn] = useState(() =>
    comingIn(home, (deviceName: string) => joinHere(api, keys, home, fragment, deviceName)),
  );
  const explain = (error: unknown) => {
    setTrouble(troubleOf(error));
    return null;
  };
  const joining = useAction({ explain });
  const join = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() === "") return;
    void joining.run(async () => {
      // it enters, too: where that fails, the page must still stand here to say so
      const cameraName = await comeIn(name.trim());
      await go("/", "replace");
      if (cameraName !== null) toast(words.pair.done(cameraName));
    });
  };
  if (trouble) {
    return (
      <Solo testid="pair">
        <Stuck trouble={trouble} />
      </Solo>
    );
  }
  return (
    <Solo testid="pair">
      <form onSubmit={join} noValidate>
        <StepTitle title={words.pair.title} text={words.pair.text} />
        <TextField
          label={words.pair.name}
          value={name}
          maxLength={40}
          autoFocus
          error={isTried && name.trim() === "" ? words.claim.nameMissing : null}
          testid="pair-name"
          onValue={setName}
        />
        <FieldError error={joining.error} />
        <div class="solo-actions">
          <Button kind="primary" wide submit busy={joining.isBusy} testid="pair-join">
            {joining.isBusy ? words.pair.joining : words.pair.join}
          </Button>
        </div>
      </form>
    </Solo>
  );
}
