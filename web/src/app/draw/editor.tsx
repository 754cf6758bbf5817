/** Drawing and saving: the picture, the tools, how much stays hidden, and the signed change. */

import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { ApiError } from "../../core/errors";
import { type Mask, maskProblems, type Polygon, serialiseMask, visibleShare } from "../../core/mask";
import { FIRST, type StandIn, seenOf } from "../../core/stand_in";
import { Button } from "../../ui/button";
import { ask } from "../../ui/dialog";
import { FieldError } from "../../ui/field";
import { toast } from "../../ui/toast";
import { useParts } from "../context";
import { go, setLeaveGuard } from "../router";
import { useAction } from "../use_action";
import { words } from "../words";
import { Canvas } from "./canvas";
import { edit, maskOf, startEditor } from "./editor_state";
import { saveDrawing } from "./loosening";
import { MaskFile } from "./mask_file";
import { NewlySeen } from "./newly_seen";
import { Preview } from "./preview";
import { Suggest } from "./suggest";
import { askToLeave, Tools } from "./tools";

export interface MaskInForce {
  readonly mask: Mask;
  /** Null when there is none yet. */
  readonly digest: string | null;
}

interface EditorProps {
  inForce: MaskInForce;
  address: string;
  aspect: number;
  /** Wants a newer picture to draw on. */
  onAgain: () => void;
}

/** Showing more than before needs a yes of its own, when the camera says that it does. */
function mayShowMore(share: string, before: Mask, after: Mask, address: string, aspect: number) {
  return ask({
    title: words.draw.openTitle,
    body: words.draw.openText(share),
    action: words.draw.openYes,
    cancel: words.draw.openNo,
    danger: true,
    picture: <NewlySeen before={before} after={after} address={address} aspect={aspect} />,
  });
}

const explain = (error: unknown) =>
  error instanceof ApiError && error.code === "conflict" ? words.draw.conflict : null;

export function Editor({ inForce, address, aspect, onAgain }: EditorProps) {
  const { api } = useParts();
  const [state, dispatch] = useReducer(edit, inForce.mask, startEditor);
  const saving = useAction({ explain });
  const mask = maskOf(state);
  const isDirty = state.open.length > 0 || state.history.past.length > 0;
  const hidden = useMemo(() => 1 - visibleShare(mask), [mask]);
  const isPossible = mask.allow.length > 0 && state.open.length === 0 && maskProblems(mask).length === 0;
  const isSaved = useRef(false);
  const [standIn, setStandIn] = useState<StandIn | null>(null);
  const [isPreviewed, setPreviewed] = useState(false);
  const [suggested, setSuggested] = useState<Polygon | null>(null);
  const seen = standIn && seenOf(mask, standIn, aspect);
  useEffect(() => {
    setLeaveGuard(isDirty ? async () => isSaved.current || askToLeave() : null);
    return () => setLeaveGuard(null);
  }, [isDirty]);
  const save = async () => {
    await saving.run(async () => {
      const args = { mask: serialiseMask(mask), replaces: inForce.digest };
      const saved = await saveDrawing(
        (loosens) => api.command("mask.set", loosens ? { ...args, loosens } : args),
        (share) => mayShowMore(share, inForce.mask, mask, address, aspect),
      );
      if (!saved) return;
      isSaved.current = true;
      toast(saved.waits_s > 0 ? words.draw.waits : words.draw.saved);
      await go("/");
    });
  };
  const takeAgain = async () => {
    if (!isDirty || (await askToLeave())) onAgain();
  };
  return (
    <div class="editor">
      <div class="editor-pictures">
        <Canvas
          state={state}
          dispatch={dispatch}
          address={address}
          aspect={aspect}
          person={standIn && seen ? { at: standIn, seen } : null}
          onPerson={setStandIn}
          suggested={suggested}
        />
        {seen && (
          <p class={`editor-seen editor-seen-${seen}`} role="status" data-testid="person-seen">
            {words.draw.personSeen[seen]}
          </p>
        )}
      </div>
      <div class="editor-side stack">
        {isPreviewed && <Preview inForce={inForce.mask} drawn={mask} address={address} aspect={aspect} />}
        <Tools state={state} dispatch={dispatch} />
        <div class="row editor-aids">
          <Button
            icon="person"
            pressed={standIn !== null}
            testid="draw-person"
            onClick={() => setStandIn(standIn ? null : FIRST)}
          >
            {words.draw.tryPerson}
          </Button>
          <Button
            icon="eye"
            pressed={isPreviewed}
            testid="draw-preview-toggle"
            onClick={() => setPreviewed(!isPreviewed)}
          >
            {words.draw.previewToggle}
          </Button>
          <Suggest state={state} dispatch={dispatch} onOffer={setSuggested} />
        </div>
        <div class="editor-foot">
          <p class="editor-share" data-testid="draw-hidden-share">
            {mask.allow.length === 0 ? words.draw.hiddenAll : words.draw.hiddenShare(hidden)}
          </p>
          <FieldError error={saving.error} />
          <Button
            kind="primary"
            icon="check"
            wide
            disabled={!isPossible}
            busy={saving.isBusy}
            testid="draw-save"
            onClick={save}
          >
            {words.draw.save}
          </Button>
        </div>
        <MaskFile mask={mask} onMask={(other) => dispatch({ type: "replace", mask: other })} />
        <Button kind="plain" icon="redo" testid="plate-again" onClick={takeAgain}>
          {words.draw.plateAgain}
        </Button>
      </div>
    </div>
  );
}
