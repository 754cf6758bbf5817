/** The tools beside the picture: layer, hint, quick rectangle, finish, delete. */

import type { Layer } from "../../core/mask";
import { Button } from "../../ui/button";
import { ask } from "../../ui/dialog";
import { Choices } from "../../ui/field";
import { words } from "../words";
import { type EditorAction, type EditorState, LEAST_POINTS, shapesOf } from "./editor_state";

const LAYERS: readonly { readonly value: Layer; readonly label: string }[] = [
  { value: "allow", label: words.draw.allow },
  { value: "hide", label: words.draw.hide },
];

/** What to do next, in one sentence. */
export function hintOf(state: EditorState): string {
  if (state.open.length > 0) return words.draw.goOn(state.open.length);
  if (shapesOf(state).length > 0)
    return state.layer === "hide" && !state.picked ? words.draw.startHide : words.draw.adjust;
  return state.layer === "allow" ? words.draw.startAllow : words.draw.startHide;
}

function ShapeButtons({ state, dispatch }: ToolsProps) {
  const { picked } = state;
  if (state.open.length > 0) {
    return (
      <Button
        kind="primary"
        icon="check"
        disabled={state.open.length < LEAST_POINTS}
        testid="draw-finish"
        onClick={() => dispatch({ type: "close" })}
      >
        {words.draw.finish}
      </Button>
    );
  }
  if (picked?.point != null) {
    const point = picked.point;
    return (
      <Button
        kind="danger-quiet"
        icon="trash"
        testid="draw-delete-point"
        onClick={() => dispatch({ type: "deletePoint", polygon: picked.polygon, point })}
      >
        {words.draw.deletePoint}
      </Button>
    );
  }
  if (picked) {
    return (
      <Button
        kind="danger-quiet"
        icon="trash"
        testid="draw-delete-shape"
        onClick={() => dispatch({ type: "deleteShape", polygon: picked.polygon })}
      >
        {words.draw.deleteShape}
      </Button>
    );
  }
  return (
    <Button icon="rectangle" wide testid="draw-rectangle" onClick={() => dispatch({ type: "rectangle" })}>
      {words.draw.rectangle}
    </Button>
  );
}

interface ToolsProps {
  state: EditorState;
  dispatch: (action: EditorAction) => void;
}

export function Tools({ state, dispatch }: ToolsProps) {
  return (
    <div class="stack tools">
      <Choices
        legend={words.draw.mode}
        value={state.layer}
        options={LAYERS}
        testid="draw-layer"
        onChange={(layer) => dispatch({ type: "layer", layer })}
      />
      <p class="tools-hint" aria-live="polite" data-testid="draw-hint">
        {hintOf(state)}
      </p>
      <ShapeButtons state={state} dispatch={dispatch} />
    </div>
  );
}

/** Asks before something unsaved is lost. */
export const askToLeave = () =>
  ask({
    title: words.draw.unsavedTitle,
    body: words.draw.unsavedText,
    action: words.draw.unsavedYes,
    cancel: words.draw.unsavedNo,
    danger: true,
  });
