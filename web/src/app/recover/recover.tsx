/** For the day on which no paired device is left: a code from the camera itself, and the recovery sheet. */

import { useState } from "preact/hooks";
import { isWholeClaimCode, shownClaimCode } from "../../core/claim";
import { ApiError, FormatError, NoKeyError } from "../../core/errors";
import { recoverCamera } from "../../core/recover";
import { Button } from "../../ui/button";
import { TextField } from "../../ui/field";
import { toast } from "../../ui/toast";
import { StepTitle } from "../claim/step_title";
import { useParts } from "../context";
import { thisDevice } from "../device_name";
import { go } from "../router";
import { sentenceOf } from "../sentences";
import { Solo } from "../solo";
import { words } from "../words";
import { SheetStep } from "./sheet_step";

type Failure = { readonly at: "code" | "sheet"; readonly sentence: string };

export function failureOf(error: unknown): Failure {
  if (error instanceof NoKeyError || (error instanceof ApiError && error.code === "bad_proof"))
    return { at: "sheet", sentence: words.recover.oldSheet };
  if (error instanceof FormatError) return { at: "sheet", sentence: words.settings.enterBad };
  if (error instanceof ApiError && error.code === "no_code")
    return { at: "code", sentence: words.recover.codeOver };
  if (error instanceof ApiError && error.code === "bad_code") {
    const left = /(\d+) tr/.exec(error.message)?.[1];
    return {
      at: "code",
      sentence: left ? words.claim.codeWrongLeft(Number(left)) : words.recover.codeOver,
    };
  }
  return { at: "sheet", sentence: sentenceOf(error) };
}

interface CodeStepProps {
  code: string;
  error: string | null;
  onCode: (code: string) => void;
  onDone: () => void;
}

function CodeStep({ code, error, onCode, onDone }: CodeStepProps) {
  const [complaint, setComplaint] = useState(error);
  const submit = (event: Event) => {
    event.preventDefault();
    if (isWholeClaimCode(code)) onDone();
    else setComplaint(words.claim.codeShort);
  };
  return (
    <form onSubmit={submit} noValidate>
      <StepTitle title={words.recover.title} text={words.recover.text} />
      <ol class="steps-bullets">
        {words.recover.steps.map((step) => (
          <li key={step}>
            <span>{step}</span>
          </li>
        ))}
      </ol>
      <p class="recover-command">
        <code class="key" data-testid="recover-command">
          {words.recover.command}
        </code>
      </p>
      <TextField
        label={words.recover.codeLabel}
        value={shownClaimCode(code)}
        placeholder={words.claim.codePlaceholder}
        error={complaint}
        code
        testid="recover-code"
        onValue={(typed) => {
          setComplaint(null);
          onCode(shownClaimCode(typed));
        }}
      />
      <div class="solo-actions">
        <Button kind="primary" wide submit testid="recover-next">
          {words.common.next}
        </Button>
        <Button kind="plain" wide testid="recover-back" onClick={() => go("/")}>
          {words.nav.back}
        </Button>
      </div>
    </form>
  );
}

export function Recover() {
  const { api, keys, home } = useParts();
  const [step, setStep] = useState<"code" | "sheet">("code");
  const [code, setCode] = useState("");
  const [sheet, setSheet] = useState("");
  const [deviceName, setDeviceName] = useState(thisDevice);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const finish = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const { cameraName } = await recoverCamera(api, keys, { code, sheet, deviceName: deviceName.trim() });
      await go("/", "replace");
      await home.enter();
      toast(words.recover.done(cameraName), "key");
    } catch (error) {
      const found = failureOf(error);
      setFailure(found);
      setStep(found.at);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Solo testid="recover">
      {step === "code" && (
        <CodeStep
          code={code}
          error={failure?.at === "code" ? failure.sentence : null}
          onCode={setCode}
          onDone={() => setStep("sheet")}
        />
      )}
      {step === "sheet" && (
        <SheetStep
          sheet={sheet}
          deviceName={deviceName}
          error={failure?.at === "sheet" ? failure.sentence : null}
          isBusy={isBusy}
          onSheet={setSheet}
          onDeviceName={setDeviceName}
          onBack={() => setStep("code")}
          onDone={finish}
        />
      )}
    </Solo>
  );
}
