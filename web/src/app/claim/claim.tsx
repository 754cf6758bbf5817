/** Set-up of a new camera: code, names, keys, recovery sheet. Nothing is sent before the names are given. */

import { useRef, useState } from "preact/hooks";
import { claimCamera, isNotShownYet } from "../../core/claim";
import { ApiError, NoAnswerError } from "../../core/errors";
import { createIdentity, type RecoverySheet, recoverySheet } from "../../core/identity";
import { Button } from "../../ui/button";
import { useParts } from "../context";
import { thisDevice } from "../device_name";
import { go } from "../router";
import { sentenceOf } from "../sentences";
import { Solo } from "../solo";
import { words } from "../words";
import { CodeStep } from "./code_step";
import { MakingStep } from "./making_step";
import { NameStep } from "./name_step";
import { SheetStep } from "./sheet_step";
import { ShowStep } from "./show_step";
import { Welcome } from "./welcome";
import { wrongCode } from "./wrong_code";

type Step = "welcome" | "code" | "name" | "show" | "making" | "sheet";

/** Steps that stand in one place share a dot. */
const ORDER: readonly (readonly Step[])[] = [["welcome"], ["code"], ["name"], ["show", "making"], ["sheet"]];

interface Failure {
  readonly step: Step;
  readonly sentence: string;
}

function failureOf(error: unknown): Failure {
  const code = error instanceof ApiError ? error.code : "";
  if (error instanceof ApiError && code === "bad_code")
    return { step: "code", sentence: wrongCode(error.message) };
  if (code === "bad_signature") return { step: "code", sentence: words.claim.codeWrong };
  if (code === "no_code") return { step: "code", sentence: words.claim.codeExpired };
  if (code === "already_claimed") return { step: "code", sentence: words.claim.already };
  return { step: "name", sentence: sentenceOf(error) };
}

function Dots({ step }: { step: Step }) {
  const now = ORDER.findIndex((place) => place.includes(step));
  return (
    <div class="progress-dots" role="img" aria-label={words.claim.stepOf(now + 1, ORDER.length)}>
      {ORDER.map((each, index) => (
        <i key={each[0]} class={index === now ? "is-now" : index < now ? "is-done" : ""} />
      ))}
    </div>
  );
}

/** Browsers warn of a doorbell's own certificate; here is why. */
function Warned() {
  return (
    <details class="small soft more">
      <summary>{words.claim.warnedTitle}</summary>
      <p>{words.claim.warnedText}</p>
    </details>
  );
}

export function Claim({ cameraId }: { cameraId: string }) {
  const { api, keys, home } = useParts();
  const [step, setStep] = useState<Step>("welcome");
  const [code, setCode] = useState("");
  const [isShowing, setShowing] = useState(false);
  const [cameraName, setCameraName] = useState("");
  const [deviceName, setDeviceName] = useState(thisDevice);
  const [share, setShare] = useState(0);
  const [sheet, setSheet] = useState<RecoverySheet | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const identity = useRef<string | null>(null);

  /** The same key for every try: a first try may have arrived although its answer did not. */
  const claim = async (): Promise<string> => {
    identity.current ??= await createIdentity();
    const mine = identity.current;
    try {
      await claimCamera(api, keys, {
        code: isShowing ? null : code,
        identity: mine,
        cameraName,
        deviceName,
        onProgress: setShare,
      });
    } catch (error) {
      if (!(error instanceof ApiError && error.code === "already_claimed" && (await home.isMine())))
        throw error;
    }
    return mine;
  };
  const make = async () => {
    if (!isShowing) setStep("making");
    setShare(0);
    setFailure(null);
    try {
      setSheet(recoverySheet(await claim(), cameraName, cameraId));
      setStep("sheet");
    } catch (error) {
      if (isNotShownYet(error) || (isShowing && error instanceof NoAnswerError)) return; // it asks again
      const found = failureOf(error);
      setFailure(found);
      setStep(found.step);
    }
  };
  const chooseShowing = (isChosen: boolean) => {
    setShowing(isChosen);
    setStep(isChosen ? "name" : "code");
  };
  const finish = async () => {
    await home.enter();
    await go("/draw", "replace");
  };
  const errorAt = (at: Step) => (failure?.step === at ? failure.sentence : null);

  return (
    <Solo testid="claim" aside={<Dots step={step} />}>
      {step === "welcome" && <Welcome onStart={() => setStep("code")} />}
      {step === "code" && (
        <CodeStep
          title={words.claim.codeTitle}
          text={words.claim.codeText}
          label={words.claim.codeLabel}
          code={code}
          error={errorAt("code")}
          testid="claim"
          after={<Warned />}
          autoFocus
          onCode={setCode}
          onDone={() => setStep("name")}
        >
          <Button kind="quiet" wide testid="claim-show" onClick={() => chooseShowing(true)}>
            {words.claim.showInstead}
          </Button>
        </CodeStep>
      )}
      {step === "name" && (
        <NameStep
          cameraName={cameraName}
          deviceName={deviceName}
          error={errorAt("name")}
          onCameraName={setCameraName}
          onDeviceName={setDeviceName}
          onBack={() => chooseShowing(false)}
          onDone={isShowing ? () => setStep("show") : make}
        />
      )}
      {step === "show" && <ShowStep cameraId={cameraId} onAsk={make} onType={() => chooseShowing(false)} />}
      {step === "making" && <MakingStep share={share} />}
      {step === "sheet" && sheet && <SheetStep sheet={sheet} cameraName={cameraName} onDone={finish} />}
    </Solo>
  );
}
