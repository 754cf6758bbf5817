/** For the day on which no paired device is left: a code from the camera itself, and the recovery sheet. */

import { useState } from "preact/hooks";
import { ApiError, FormatError, NoKeyError } from "../../core/errors";
import type { RecoverOptions } from "../../core/recover";
import { Button } from "../../ui/button";
import { toast } from "../../ui/toast";
import { CodeStep } from "../claim/code_step";
import { comingIn, recoverHere } from "../coming_in";
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

/** What the code step says before its field: where the code comes from. */
function HowToGet() {
  return (
    <>
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
    </>
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
  const [comeIn] = useState(() =>
    comingIn(home, (options: RecoverOptions) => recoverHere(api, keys, home, options)),
  );
  const stepTo = (next: "code" | "sheet") => {
    setFailure(null); // it was about another try
    setStep(next);
  };
  const finish = async () => {
    setBusy(true);
    setFailure(null);
    try {
      // it enters, too: where that fails, the page must still stand here to say so
      const cameraName = await comeIn({ code, sheet, deviceName: deviceName.trim() });
      await go("/", "replace");
      if (cameraName !== null) toast(words.recover.done(cameraName), "key");
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
          title={words.recover.title}
          text={words.recover.text}
          label={words.recover.codeLabel}
          code={code}
          error={failure?.at === "code" ? failure.sentence : null}
          testid="recover"
          before={<HowToGet />}
          onCode={setCode}
          onDone={() => stepTo("sheet")}
        >
          <Button kind="plain" wide testid="recover-back" onClick={() => go("/")}>
            {words.nav.back}
          </Button>
        </CodeStep>
      )}
      {step === "sheet" && (
        <SheetStep
          sheet={sheet}
          deviceName={deviceName}
          error={failure?.at === "sheet" ? failure.sentence : null}
          isBusy={isBusy}
          onSheet={setSheet}
          onDeviceName={setDeviceName}
          onBack={() => stepTo("code")}
          onDone={finish}
        />
      )}
    </Solo>
  );
}
