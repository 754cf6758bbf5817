/** Setting one way out up: only the fields that it needs, then a question that says plainly what will leave. */

import { useState } from "preact/hooks";
import { ApiError } from "../../core/errors";
import type { AddressedKind, NoticeKind, OpenHole, WaysTold } from "../../core/messages";
import { Button } from "../../ui/button";
import { ask, Dialog } from "../../ui/dialog";
import { Choices, FieldError, TextField, Tick } from "../../ui/field";
import { toast } from "../../ui/toast";
import { useParts } from "../context";
import { useAction } from "../use_action";
import { words } from "../words";
import {
  type Draft,
  draftOf,
  emptyDraft,
  type FieldName,
  type Flaw,
  fieldsOf,
  flawOf,
  holeOf,
  isOutside,
  newSecret,
  withProtocol,
} from "./ways_form";

const NOTICES = ["ring", "motion", "offline"] as const;
const PROTOCOLS = (["sftp", "webdav", "s3"] as const).map((value) => ({
  value,
  label: words.ways.protocols[value],
}));
const WAYS_IN = [
  { value: "password", label: words.ways.password },
  { value: "key", label: words.ways.privateKey },
] as const;

/** The camera's own sentence where it says what is wrong with what was typed. */
function explain(error: unknown): string | null {
  if (!(error instanceof ApiError) || !["bad_request", "conflict"].includes(error.code)) return null;
  return error.message.charAt(0).toUpperCase() + error.message.slice(1);
}

interface FieldProps {
  name: FieldName;
  kind: AddressedKind;
  draft: Draft;
  flaw: Flaw | null;
  hasSecret: boolean;
  onDraft: (draft: Draft) => void;
}

function labelOf(name: FieldName, kind: AddressedKind, draft: Draft): string {
  const { fields } = words.ways;
  if (kind === "mirror" && draft.protocol === "s3") {
    if (name === "user") return fields.accessKey;
    if (name === "secret") return fields.secretKey;
    if (name === "folder") return fields.bucket;
  }
  if (name === "secret" && kind === "ntfy") return fields.token;
  if (name === "secret" && kind === "webhook") return fields.signing;
  return fields[name];
}

function noteOf(name: FieldName, kind: AddressedKind, hasSecret: boolean): string {
  const { notes } = words.ways;
  if (name === "address") return notes.address;
  if (name === "keepDays") return notes.keepDays;
  if ((name === "secret" || name === "key") && hasSecret) return notes.kept;
  if (name === "key") return notes.key;
  if (name !== "secret") return "";
  return kind === "ntfy" ? notes.token : kind === "webhook" ? notes.signing : notes.account;
}

function Field({ name, kind, draft, flaw, hasSecret, onDraft }: FieldProps) {
  if (name === "protocol")
    return (
      <Choices
        legend={words.ways.fields.protocol}
        value={draft.protocol}
        options={PROTOCOLS}
        testid="way-protocol"
        onChange={(protocol) => onDraft(withProtocol(draft, protocol))}
      />
    );
  if (name === "isTls")
    return (
      <Tick checked={draft.isTls} testid="way-tls" onChange={(isTls) => onDraft({ ...draft, isTls })}>
        {words.ways.fields.isTls}
      </Tick>
    );
  if (name === "notices")
    return (
      <Notices
        notices={draft.notices}
        error={flaw === "notices" ? words.ways.flaws.notices : null}
        cooldownS={draft.cooldownS}
        onNotices={(notices) => onDraft({ ...draft, notices })}
        onCooldown={(cooldownS) => onDraft({ ...draft, cooldownS })}
      />
    );
  const member = name === "key" ? "secret" : name;
  const isHidden = name === "secret" && kind !== "webhook";
  return (
    <TextField
      label={labelOf(name, kind, draft)}
      value={draft[member]}
      kind={name === "key" ? "lines" : isHidden ? "secret" : "raw"}
      note={noteOf(name, kind, hasSecret)}
      error={flaw === member ? words.ways.flaws[flaw] : null}
      testid={`way-${name}`}
      onValue={(text) => onDraft({ ...draft, [member]: text })}
    />
  );
}

interface NoticesProps {
  notices: readonly NoticeKind[];
  cooldownS: number;
  error: string | null;
  onNotices: (notices: readonly NoticeKind[]) => void;
  onCooldown: (seconds: number) => void;
}

const COOLDOWNS = (["0", "60", "600"] as const).map((value) => ({
  value,
  label: words.ways.cooldowns[value],
}));

/** Which kinds are told of. */
export function Notices({ notices, cooldownS, error, onNotices, onCooldown }: NoticesProps) {
  const set = (notice: NoticeKind, is: boolean) => {
    const others = notices.filter((each) => each !== notice);
    onNotices(is ? [...others, notice] : others);
  };
  return (
    <fieldset class="stack-tight ways-notices">
      <legend>{words.ways.fields.notices}</legend>
      {NOTICES.map((notice) => (
        <Tick
          key={notice}
          checked={notices.includes(notice)}
          testid={`way-notice-${notice}`}
          onChange={(is) => set(notice, is)}
        >
          {words.ways.notices[notice]}
        </Tick>
      ))}
      <FieldError error={error} />
      {notices.includes("offline") && <p class="soft small">{words.ways.offlineNote}</p>}
      {notices.some((each) => each !== "ring") && (
        <>
          <p class="small">{words.ways.cooldown}</p>
          <Choices
            legend={words.ways.cooldown}
            value={cooldownS >= 600 ? "600" : cooldownS > 0 ? "60" : "0"}
            options={COOLDOWNS}
            testid="way-cooldown"
            onChange={(value) => onCooldown(Number(value))}
          />
        </>
      )}
    </fieldset>
  );
}

function askToOpen(kind: AddressedKind, draft: Draft): Promise<boolean> {
  const says = words.ways.kinds[kind].says(`${draft.address.trim()}, port ${draft.port}`);
  if (!isOutside(draft))
    return ask({
      title: words.ways.askTitle,
      body: says,
      action: words.ways.open,
      cancel: words.common.cancel,
    });
  return ask({
    title: words.ways.outsideTitle,
    body: words.ways.outsideText(says),
    action: words.ways.outsideYes,
    cancel: words.common.cancel,
    danger: true,
  });
}

interface WayDialogProps {
  kind: AddressedKind;
  hole: OpenHole | null;
  onTold: (told: WaysTold) => void;
  onClose: () => void;
}

export function WayDialog({ kind, hole, onTold, onClose }: WayDialogProps) {
  const { api } = useParts();
  const [draft, setDraft] = useState<Draft>(() => {
    if (hole) return draftOf(hole);
    return kind === "webhook" ? { ...emptyDraft(kind), secret: newSecret() } : emptyDraft(kind);
  });
  const [flaw, setFlaw] = useState<Flaw | null>(null);
  const saving = useAction({ explain });
  const keeps = Boolean(hole?.has_secret) && draft.secret === "";
  const save = async (event: Event) => {
    event.preventDefault();
    const found = flawOf(kind, draft, keeps);
    setFlaw(found);
    if (found || !(await askToOpen(kind, draft))) return;
    const isDone = await saving.run(async () => {
      onTold(await api.command("holes.set", { hole: holeOf(kind, draft), keeps_secret: keeps }));
    });
    if (!isDone) return;
    toast(words.ways.opened, "check");
    onClose();
  };
  return (
    <Dialog title={words.ways.kinds[kind].title} onClose={onClose} testid="way-dialog">
      <form class="stack" onSubmit={save} noValidate>
        {fieldsOf(kind, draft).map((name) => (
          <div key={name} class="stack-tight">
            {kind === "mirror" && draft.protocol === "sftp" && (name === "secret" || name === "key") && (
              <Choices
                legend={words.ways.wayIn}
                value={draft.hasKey ? "key" : "password"}
                options={WAYS_IN}
                testid="way-in"
                onChange={(way) => setDraft({ ...draft, hasKey: way === "key", secret: "" })}
              />
            )}
            <Field
              name={name}
              kind={kind}
              draft={draft}
              flaw={flaw}
              hasSecret={Boolean(hole?.has_secret)}
              onDraft={setDraft}
            />
          </div>
        ))}
        <FieldError error={saving.error} />
        <div class="dialog-actions">
          <Button kind="primary" submit busy={saving.isBusy} testid="way-open">
            {words.ways.open}
          </Button>
          <Button onClick={onClose}>{words.common.cancel}</Button>
        </div>
      </form>
    </Dialog>
  );
}
