/** Typing the one-time code: dashes and capitals come by themselves. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { isWholeClaimCode, shownClaimCode } from "../../core/claim";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { words } from "../words";
import { StepTitle } from "./step_title";

interface CodeStepProps {
  title: string;
  text: string;
  label: string;
  code: string;
  error: string | null;
  /** `claim` or `recover`: what the test ids begin with. */
  testid: string;
  before?: ComponentChildren;
  after?: ComponentChildren;
  autoFocus?: boolean;
  onCode: (code: string) => void;
  onDone: () => void;
  /** The other ways to go from here. */
  children: ComponentChildren;
}

export function CodeStep(props: CodeStepProps) {
  const { code, testid, onCode, onDone } = props;
  const [complaint, setComplaint] = useState<string | null>(props.error);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isWholeClaimCode(code)) onDone();
    else setComplaint(words.claim.codeShort);
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepTitle title={props.title} text={props.text} />
      {props.before}
      <TextField
        label={props.label}
        value={shownClaimCode(code)}
        placeholder={words.claim.codePlaceholder}
        error={complaint}
        code
        autoFocus={props.autoFocus ?? false}
        testid={`${testid}-code`}
        onValue={(typed) => {
          setComplaint(null);
          onCode(shownClaimCode(typed));
        }}
      />
      {props.after}
      <div class="solo-actions">
        <Button kind="primary" wide submit testid={`${testid}-code-next`}>
          {words.common.next}
        </Button>
        {props.children}
      </div>
    </form>
  );
}
