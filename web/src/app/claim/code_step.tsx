/** Typing the one-time code: dashes and capitals come by themselves. */

import { useState } from "preact/hooks";
import { isWholeClaimCode, shownClaimCode } from "../../core/claim";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { words } from "../words";
import { StepTitle } from "./step_title";

interface CodeStepProps {
  code: string;
  error: string | null;
  onCode: (code: string) => void;
  onDone: () => void;
  onShow: () => void;
}

export function CodeStep({ code, error, onCode, onDone, onShow }: CodeStepProps) {
  const [complaint, setComplaint] = useState<string | null>(error);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isWholeClaimCode(code)) onDone();
    else setComplaint(words.claim.codeShort);
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepTitle title={words.claim.codeTitle} text={words.claim.codeText} />
      <TextField
        label={words.claim.codeLabel}
        value={shownClaimCode(code)}
        placeholder={words.claim.codePlaceholder}
        error={complaint}
        code
        autoFocus
        testid="claim-code"
        onValue={(typed) => {
          setComplaint(null);
          onCode(shownClaimCode(typed));
        }}
      />
      <details class="small soft more">
        <summary>{words.claim.warnedTitle}</summary>
        <p>{words.claim.warnedText}</p>
      </details>
      <div class="solo-actions">
        <Button kind="primary" wide submit testid="claim-code-next">
          {words.common.next}
        </Button>
        <Button kind="quiet" wide testid="claim-show" onClick={onShow}>
          {words.claim.showInstead}
        </Button>
      </div>
    </form>
  );
}
