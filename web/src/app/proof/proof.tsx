/** What this camera cannot do: each claim with how it was checked on the camera itself, and when. */

import { useEffect, useState } from "preact/hooks";
import { findingsOf, type Proof, type ProofFinding, type ProofResult } from "../../core/proof";
import { Icon, type IconName } from "../../ui/icon";
import { Empty, Notice, type Tone, Waiting } from "../../ui/parts";
import { useParts } from "../context";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { ago, fullTime } from "../when";
import { words } from "../words";
import { sentencesOf } from "./told";

const GROUPS: readonly { readonly result: ProofResult; readonly icon: IconName; readonly tone: Tone }[] = [
  { result: "failed", icon: "warning", tone: "bad" },
  { result: "not checked", icon: "dash", tone: "plain" },
  { result: "proved", icon: "check", tone: "good" },
];

function useProof() {
  const { api } = useParts();
  const [proof, setProof] = useState<Proof | null | undefined>(undefined);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let isWanted = true;
    api.proof().then(
      (found) => isWanted && setProof(found),
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [api]);
  return { proof, failure };
}

function Command() {
  return (
    <section class="section">
      <h2>{words.proof.again}</h2>
      <div class="card stack">
        <p>{words.proof.againText}</p>
        <pre class="proof-command">
          <code>{words.proof.command}</code>
        </pre>
        <p class="soft small">{words.proof.againNote}</p>
      </div>
    </section>
  );
}

function Line({ finding, icon, tone }: { finding: ProofFinding; icon: IconName; tone: Tone }) {
  return (
    <li class="rows-row proof-line" data-testid={`proof-${finding.id}`}>
      <span class={`proof-mark tag-${tone}`}>
        <Icon name={icon} size={18} />
      </span>
      <span class="rows-text">
        <span class="rows-title">
          <span class="unseen">{words.proof.marks[finding.result]}: </span>
          {finding.claim}
        </span>
        <span class="rows-note">{sentencesOf(finding)}</span>
      </span>
    </li>
  );
}

function Verdict({ proof }: { proof: Proof }) {
  const failed = findingsOf(proof, "failed").length;
  const open = findingsOf(proof, "not checked").length;
  const when = words.proof.when(fullTime(proof.atMs), ago((Date.now() - proof.atMs) / 1000), proof.version);
  const title = failed > 0 ? words.proof.failed(failed) : words.proof.good(proof.findings.length - open);
  return (
    <Notice
      tone={failed > 0 ? "bad" : "good"}
      icon={failed > 0 ? "warning" : "check"}
      title={title}
      testid="proof-verdict"
    >
      {open > 0 && <p class="small">{words.proof.open(open)}</p>}
      <p class="small">{when}</p>
    </Notice>
  );
}

function Findings({ proof }: { proof: Proof }) {
  return (
    <>
      <Verdict proof={proof} />
      {GROUPS.map(({ result, icon, tone }) => {
        const findings = findingsOf(proof, result);
        if (findings.length === 0) return null;
        return (
          <section key={result} class="section">
            <h2>{words.proof.groups[result]}</h2>
            <ul class="card card-flush rows">
              {findings.map((finding) => (
                <Line key={finding.id} finding={finding} icon={icon} tone={tone} />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

export function ProofScreen() {
  const { proof, failure } = useProof();
  return (
    <Screen title={words.proof.title} lead={words.proof.lead} back="/settings" testid="proof">
      {failure !== null && <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />}
      {failure === null && proof === undefined && <Waiting text={words.common.loading} />}
      {proof === null && (
        <Empty icon="lock" title={words.proof.none} text={words.proof.noneText} testid="proof-none" />
      )}
      {proof && <Findings proof={proof} />}
      {proof !== undefined && <Command />}
    </Screen>
  );
}
