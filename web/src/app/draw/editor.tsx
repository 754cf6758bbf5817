/** Drawing and saving: the picture, the tools, how much stays hidden, and the signed change. */

import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { ApiError } from "../../core/errors";
import { type Mask, maskProblems, serialiseMask, visibleShare } from "../../core/mask";
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
import { showsMore } from "./loosening";
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

/** Showing more than before needs a yes of its own; hiding more never does. */
async function mayShowMore(before: MaskInForce, after: Mask): Promise<boolean> {
  if (before.digest === null || !showsMore(before.mask, after)) return true;
  const hidden = (mask: Mask) => 1 - visibleShare(mask);
  const [was, will] = [hidden(before.mask), hidden(after)];
  const body =
    Math.round(was * 100) === Math.round(will * 100) ? words.draw.openSame : words.draw.openText(was, will);
  return ask({
    title: words.draw.openTitle,
    body,
    action: words.draw.openYes,
    cancel: words.draw.openNo,
    danger: true,
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
  useEffect(() => {
    setLeaveGuard(isDirty ? async () => isSaved.current || askToLeave() : null);
    return () => setLeaveGuard(null);
  }, [isDirty]);
  const save = async () => {
    if (!(await mayShowMore(inForce, mask))) return;
    await saving.run(async () => {
      await api.command("mask.set", { mask: serialiseMask(mask), replaces: inForce.digest });
      isSaved.current = true;
      toast(words.draw.saved);
      await go("/");
    });
  };
  const takeAgain = async () => {
    if (!isDirty || (await askToLeave())) onAgain();
  };
  return (
    <div class="editor">
      <Canvas state={state} dispatch={dispatch} address={address} aspect={aspect} />
      <div class="editor-side stack">
        <Tools state={state} dispatch={dispatch} />
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
        <Button kind="plain" icon="redo" testid="plate-again" onClick={takeAgain}>
          {words.draw.plateAgain}
        </Button>
      </div>
    </div>
  );
}
