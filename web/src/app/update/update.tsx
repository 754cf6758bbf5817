/** A newer version, from a file that the owner has: chosen, sent up, signed for, and followed until it runs or is back. */

import { useRef } from "preact/hooks";
import type { UpdateOutcome } from "../../core/messages";
import type { UpdateEnd } from "../../core/update";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { Notice } from "../../ui/parts";
import { Link } from "../link";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { clockTime, size } from "../when";
import { words } from "../words";
import { type UpdatePhase, type UpdateState, useUpdate, type WaitingOn } from "./use_update";

const SUFFIX = ".stoopupdate";

export function UpdateRow() {
  return (
    <section class="section card card-flush rows">
      <Link to="/update" class="rows-row" testid="settings-update">
        <Icon name="download" />
        <span class="rows-text">
          <span class="rows-title">{words.update.title}</span>
          <span class="rows-note">{words.update.rowNote}</span>
        </span>
        <Icon name="right" size={20} />
      </Link>
    </section>
  );
}

function Ended({ end }: { end: UpdateEnd }) {
  switch (end.kind) {
    case "installed":
      return (
        <Notice
          tone="good"
          icon="check"
          title={words.update.installed(end.version)}
          testid="update-installed"
        >
          <p>{words.update.installedText}</p>
          <div>
            <Button testid="update-reload" onClick={() => location.reload()}>
              {words.update.reload}
            </Button>
          </div>
        </Notice>
      );
    case "refused":
      return (
        <Notice tone="bad" icon="warning" title={words.update.refused} testid="update-refused">
          <p>{words.update.because(end.sentence)}</p>
          <p>{words.update.stillRuns(end.running)}</p>
        </Notice>
      );
    case "failed":
      return (
        <Notice tone="bad" icon="undo" title={words.update.failed(end.running)} testid="update-failed">
          <p>{words.update.because(end.sentence)}</p>
        </Notice>
      );
    case "as_before":
      return (
        <Notice tone="warn" icon="undo" title={words.update.asBefore(end.running)} testid="update-as-before">
          <p>{words.update.asBeforeText}</p>
        </Notice>
      );
    case "silent":
      return (
        <Notice tone="bad" icon="warning" title={words.update.silent} testid="update-silent">
          <p>{words.update.silentText}</p>
        </Notice>
      );
  }
}

/** What a stick, the card or another device brought, before this page did anything. */
function Last({ outcome }: { outcome: UpdateOutcome }) {
  const { way, word, version, running, sentence } = outcome;
  const end: UpdateEnd =
    word === "installed"
      ? { kind: "installed", version }
      : { kind: word === "failed" ? "failed" : "refused", running, sentence };
  return (
    <div class="stack-tight">
      <p class="soft small">{words.update.last(words.update.ways[way], clockTime(outcome.at_ms))}</p>
      <Ended end={end} />
    </div>
  );
}

function Waiting({ on }: { on: WaitingOn }) {
  return (
    <div class="card stack" data-testid="update-waiting">
      <div class="row">
        <span class="spinner" aria-hidden="true" />
        <p class="grow">{words.update.waiting[on]}</p>
      </div>
      <p class="soft small">{words.update.waitingText}</p>
    </div>
  );
}

function Sending({ share, onCancel }: { share: number; onCancel: () => void }) {
  return (
    <div class="card stack" data-testid="update-sending">
      <label for="update-bar">{words.update.sending(Math.floor(share * 100))}</label>
      <progress id="update-bar" class="bar" max={1} value={share} />
      <p class="soft small">{words.update.sendingText}</p>
      <div>
        <Button testid="update-cancel" onClick={onCancel}>
          {words.common.cancel}
        </Button>
      </div>
    </div>
  );
}

function Choose({ update }: { update: UpdateState }) {
  const input = useRef<HTMLInputElement>(null);
  const file = update.phase.kind === "chosen" ? update.phase.file : null;
  const problem = file && problemOf(file, update.told?.most_bytes ?? 0);
  return (
    <div class="card stack">
      <h2>{words.update.choose}</h2>
      <p class="soft">{words.update.chooseText}</p>
      {file && (
        <p class="row" data-testid="update-chosen">
          <Icon name="parcel" />
          <span class="grow update-name">{words.update.chosen(file.name, size(file.size))}</span>
        </p>
      )}
      {problem && <Notice tone="bad" icon="warning" title={problem} testid="update-problem" />}
      <input
        ref={input}
        type="file"
        hidden
        data-testid="update-file"
        onChange={(event) => {
          update.choose(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      <div class="row">
        {file && !problem && (
          <Button kind="primary" testid="update-install" onClick={() => void update.install()}>
            {words.update.install}
          </Button>
        )}
        <Button
          kind={file && !problem ? "quiet" : "primary"}
          testid="update-choose"
          onClick={() => input.current?.click()}
        >
          {file ? words.update.chooseOther : words.update.chooseFile}
        </Button>
      </div>
    </div>
  );
}

function problemOf(file: File, mostBytes: number): string | null {
  if (!file.name.endsWith(SUFFIX)) return words.update.notOne;
  return file.size === 0 || file.size > mostBytes ? words.update.wrongSize : null;
}

/** Changes are read out; the bar has its own role. */
function Now({ phase, onCancel }: { phase: UpdatePhase; onCancel: () => void }) {
  return (
    <div role={phase.kind === "sending" ? undefined : "status"}>
      {phase.kind === "sending" && <Sending share={phase.share} onCancel={onCancel} />}
      {phase.kind === "waiting" && <Waiting on={phase.on} />}
      {phase.kind === "ended" && <Ended end={phase.end} />}
      {phase.kind === "error" && (
        <Notice tone="bad" icon="warning" title={sentenceOf(phase.error)} testid="update-error" />
      )}
    </div>
  );
}

export function UpdateScreen() {
  const update = useUpdate();
  const { told, failure, phase } = update;
  const isBusy = phase.kind === "sending" || phase.kind === "waiting";
  const last = told?.outcome && told.outcome.word !== "installing" && phase.kind === "idle";
  return (
    <Screen title={words.update.title} lead={words.update.lead} back="/settings" testid="update">
      <div class="stack">
        {failure !== null && !told && <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />}
        {failure === null && !told && (
          <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />
        )}
        {told && <p data-testid="update-version">{words.update.runs(told.version)}</p>}
        {told && !told.possible && (
          <Notice tone="plain" icon="info" title={words.update.impossible} testid="update-impossible">
            <p>{words.update.impossibleText}</p>
          </Notice>
        )}
        <Now phase={phase} onCancel={update.cancel} />
        {last && told?.outcome && <Last outcome={told.outcome} />}
        {told?.possible && !isBusy && <Choose update={update} />}
        {told?.possible && <p class="soft small">{words.update.otherWays}</p>}
      </div>
    </Screen>
  );
}
