/** For visitors and neighbours: a sign for the door, and a sheet that says exactly what the camera sees. */

import { useEffect, useState } from "preact/hooks";
import type { CameraState } from "../../core/messages";
import { Button } from "../../ui/button";
import { Choices, TextField } from "../../ui/field";
import { Empty, Notice } from "../../ui/parts";
import { useCamera } from "../context";
import { useKeeping } from "../keeping/use_keeping";
import { Link } from "../link";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { shortDate } from "../when";
import { words } from "../words";
import { CoverageSheet } from "./coverage_sheet";
import { Drawing } from "./drawing";
import { PAPERS, type Paper, printOn } from "./paper";
import { signWords } from "./sign_words";
import { type MaskInForce, useMask } from "./use_mask";
import { useRecordsMotion } from "./use_records_motion";

const KEY = "stoop.sign";
type Typed = { readonly owner: string; readonly contact: string };

function remembered(): Typed {
  try {
    return { owner: "", contact: "", ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return { owner: "", contact: "" }; // private browsing: as new
  }
}

function useTyped() {
  const [typed, setTyped] = useState(remembered);
  useEffect(() => {
    try {
      localStorage.setItem(KEY, JSON.stringify(typed));
    } catch {
      // private browsing: holds until the page closes
    }
  }, [typed]);
  return [typed, setTyped] as const;
}

/** A press always makes a clip, motion where the owner wants it; in bell-only mode nothing does. */
function whatItRecords(camera: CameraState, recordsMotion: boolean): string {
  const said = signWords();
  if (camera.is_bell_only) return said.bellOnly;
  return recordsMotion ? said.recordsMotion : said.recordsBell;
}

function whatItHears(camera: CameraState): string {
  const said = signWords();
  if (camera.is_bell_only) return said.sound;
  if (camera.records_sound) return said.soundRecorded;
  return camera.takes_messages ? said.soundMessages : said.sound;
}

function SignPaper({
  found,
  camera,
  typed,
  recordsMotion,
  keepHours,
  paper,
}: {
  found: MaskInForce;
  camera: CameraState;
  typed: Typed;
  recordsMotion: boolean;
  keepHours: number | null;
  paper: Paper;
}) {
  const said = signWords();
  const percent = Math.round(found.visible * 100);
  return (
    <article class={`paper paper-${paper.toLowerCase()}`} lang="en" data-testid="sign-paper">
      <h2 class="paper-title">{said.title}</h2>
      <p class="paper-lead">{[said.why, typed.owner && said.runBy(typed.owner)].filter(Boolean).join(" ")}</p>
      <Drawing
        mask={found.mask}
        aspect={camera.width_px / camera.height_px || 16 / 9}
        label={said.drawing(percent)}
      />
      <p class="paper-legend">
        <span class="paper-key paper-key-seen" aria-hidden="true" /> {said.seen}
        <span class="paper-key paper-key-black" aria-hidden="true" /> {said.black}
      </p>
      <ul class="paper-facts">
        <li>{said.what}</li>
        <li>{whatItRecords(camera, recordsMotion)}</li>
        {!camera.is_bell_only && <li>{said.kept(keepHours)}</li>}
        <li>{whatItHears(camera)}</li>
        <li>{said.never}</li>
        <li>{said.rights(typed.contact || "…")}</li>
      </ul>
      <p class="paper-small">{said.madeAt(shortDate(Date.now()), found.digest.slice(0, 16))}</p>
    </article>
  );
}

function SignForm({ found, camera }: { found: MaskInForce; camera: CameraState }) {
  const [typed, setTyped] = useTyped();
  const [paper, setPaper] = useState<Paper>("A5");
  const recordsMotion = useRecordsMotion();
  const keepHours = useKeeping().keeping?.keep_hours ?? null;
  return (
    <div class="sign">
      <div class="stack no-print">
        <TextField
          label={words.sign.owner}
          value={typed.owner}
          maxLength={60}
          testid="sign-owner"
          onValue={(owner) => setTyped({ ...typed, owner })}
        />
        <TextField
          label={words.sign.contact}
          note={words.sign.contactNote}
          value={typed.contact}
          maxLength={80}
          testid="sign-contact"
          onValue={(contact) => setTyped({ ...typed, contact })}
        />
        <Choices
          legend={words.sign.paper}
          value={paper}
          options={PAPERS.map((value) => ({ value, label: value }))}
          testid="sign-size"
          onChange={setPaper}
        />
        <Button kind="primary" icon="print" testid="sign-print" onClick={() => printOn(paper)}>
          {words.sign.print}
        </Button>
        <p class="soft small">{words.sign.printNote}</p>
      </div>
      <SignPaper
        found={found}
        camera={camera}
        typed={typed}
        recordsMotion={recordsMotion}
        keepHours={keepHours}
        paper={paper}
      />
    </div>
  );
}

function Inside({ what }: { what: "sign" | "sheet" }) {
  const camera = useCamera();
  const { found, failure } = useMask();
  if (failure) return <Notice tone="bad" icon="warning" title={sentenceOf(failure)} />;
  if (!camera || found === undefined)
    return <div class="skeleton skeleton-rows" role="status" aria-label={words.common.loading} />;
  if (found === null)
    return (
      <Empty icon="draw" title={words.live.noStoop} text={words.live.noStoopText}>
        <Link to="/draw" class="button button-primary">
          {words.live.noStoopAction}
        </Link>
      </Empty>
    );
  return what === "sign" ? (
    <SignForm found={found} camera={camera} />
  ) : (
    <CoverageSheet found={found} camera={camera} />
  );
}

export function SignScreen() {
  const [what, setWhat] = useState<"sign" | "sheet">("sign");
  return (
    <Screen title={words.sign.title} lead={words.sign.lead} back="/settings" wide testid="sign">
      <div class="no-print">
        <Choices
          legend={words.sign.what}
          value={what}
          options={[
            { value: "sign", label: words.sign.sign },
            { value: "sheet", label: words.sign.sheet },
          ]}
          testid="sign-what"
          onChange={setWhat}
        />
      </div>
      <Inside what={what} />
    </Screen>
  );
}
