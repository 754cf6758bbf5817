/** The strip under the picture: undo and redo, and larger, smaller, whole for who cannot pinch. */

import { MOST_SCALE, type Viewport, ZOOM_STEP } from "../../core/viewport";
import { IconButton } from "../../ui/button";
import { words } from "../words";
import { canRedo, canUndo, type EditorAction, type EditorState } from "./editor_state";

interface StripProps {
  state: EditorState;
  dispatch: (action: EditorAction) => void;
  view: Viewport;
  zoom: (factor: number) => void;
  whole: () => void;
}

export function Strip({ state, dispatch, view, zoom, whole }: StripProps) {
  return (
    <div class="row canvas-strip">
      <IconButton
        kind="quiet"
        icon="undo"
        label={words.draw.undo}
        disabled={!canUndo(state)}
        testid="draw-undo"
        onClick={() => dispatch({ type: "undo" })}
      />
      <IconButton
        kind="quiet"
        icon="redo"
        label={words.draw.redo}
        disabled={!canRedo(state)}
        testid="draw-redo"
        onClick={() => dispatch({ type: "redo" })}
      />
      <span class="grow" />
      {view.scale > 1 && (
        <IconButton
          kind="quiet"
          icon="fullscreen"
          label={words.draw.zoomWhole}
          testid="zoom-whole"
          onClick={whole}
        />
      )}
      <IconButton
        kind="quiet"
        icon="dash"
        label={words.draw.zoomOut}
        disabled={view.scale <= 1}
        testid="zoom-out"
        onClick={() => zoom(1 / ZOOM_STEP)}
      />
      <IconButton
        kind="quiet"
        icon="plus"
        label={words.draw.zoomIn}
        disabled={view.scale >= MOST_SCALE}
        testid="zoom-in"
        onClick={() => zoom(ZOOM_STEP)}
      />
    </div>
  );
}
