/** The drawing as a pure state machine: shapes with undo (the core's), the shape under way, and what is picked. */

import {
  editMask,
  type Layer,
  type Mask,
  type MaskHistory,
  type Point,
  type Polygon,
  startHistory,
} from "../../core/mask";

export interface Picked {
  readonly polygon: number;
  /** Null while a whole shape is picked. */
  readonly point: number | null;
}

export interface EditorState {
  readonly history: MaskHistory;
  /** The layer that is edited; the other one only shows. */
  readonly layer: Layer;
  /** Corners of the shape under way, not yet part of the mask. */
  readonly open: Polygon;
  readonly picked: Picked | null;
}

export type EditorAction =
  | { readonly type: "corner"; readonly at: Point }
  | { readonly type: "close" }
  | { readonly type: "abandon" }
  | { readonly type: "layer"; readonly layer: Layer }
  | { readonly type: "pick"; readonly picked: Picked | null }
  | { readonly type: "rectangle" }
  /** Takes a suggested part: hidden from now on, and picked so that it can be adjusted. */
  | { readonly type: "hide"; readonly points: Polygon }
  /** A whole drawing from a file; undone like any other step. */
  | { readonly type: "replace"; readonly mask: Mask }
  | {
      readonly type: "move";
      readonly polygon: number;
      readonly point: number;
      readonly to: Point;
      readonly isContinued: boolean;
    }
  /** Puts a point after `after` of a finished shape, and picks it. */
  | { readonly type: "insert"; readonly polygon: number; readonly after: number; readonly at: Point }
  | { readonly type: "deletePoint"; readonly polygon: number; readonly point: number }
  | { readonly type: "deleteShape"; readonly polygon: number }
  | { readonly type: "clear" }
  | { readonly type: "undo" }
  | { readonly type: "redo" };

export const LEAST_POINTS = 3;

/** Quick starts: the middle of the picture as a stoop, a small piece as a hidden part. */
const RECTANGLES: Readonly<Record<Layer, readonly [number, number, number, number]>> = {
  allow: [0.15, 0.2, 0.85, 0.95],
  hide: [0.4, 0.35, 0.6, 0.6],
};

export function startEditor(mask: Mask): EditorState {
  return { history: startHistory(mask), layer: "allow", open: [], picked: null };
}

export const maskOf = (state: EditorState): Mask => state.history.present;
export const shapesOf = (state: EditorState): readonly Polygon[] => state.history.present[state.layer];

const clampShare = (value: number) => Math.min(1, Math.max(0, value));
export const inPicture = ([x, y]: Point): Point => [clampShare(x), clampShare(y)];

function addShape(state: EditorState, points: Polygon): EditorState {
  const history = editMask(state.history, { type: "addPolygon", layer: state.layer, points });
  const polygon = history.present[state.layer].length - 1;
  return { ...state, history, open: [], picked: { polygon, point: null } };
}

function rectangle(layer: Layer): Polygon {
  const [left, top, right, bottom] = RECTANGLES[layer];
  return [[left, top], [right, top], [right, bottom], [left, bottom]]; // biome-ignore format: one rectangle, one line
}

function deletePoint(state: EditorState, polygon: number, point: number): EditorState {
  const shape = shapesOf(state)[polygon];
  if (!shape) return state;
  if (shape.length <= LEAST_POINTS) return deleteShape(state, polygon);
  const history = editMask(state.history, { type: "deletePoint", layer: state.layer, polygon, index: point });
  return { ...state, history, picked: { polygon, point: Math.max(0, point - 1) } };
}

function deleteShape(state: EditorState, polygon: number): EditorState {
  const history = editMask(state.history, { type: "removePolygon", layer: state.layer, polygon });
  return { ...state, history, picked: null };
}

/** The corner set last goes first: undo means the last thing that was seen to happen. */
function undo(state: EditorState): EditorState {
  if (state.open.length > 0) return { ...state, open: state.open.slice(0, -1) };
  return { ...state, history: editMask(state.history, { type: "undo" }), picked: null };
}

export function canUndo(state: EditorState): boolean {
  return state.open.length > 0 || state.history.past.length > 0;
}

export function canRedo(state: EditorState): boolean {
  return state.open.length === 0 && state.history.future.length > 0;
}

export function edit(state: EditorState, action: EditorAction): EditorState {
  const { layer } = state;
  switch (action.type) {
    case "corner":
      return { ...state, open: [...state.open, inPicture(action.at)], picked: null };
    case "close":
      return state.open.length < LEAST_POINTS ? state : addShape(state, state.open);
    case "abandon":
      return { ...state, open: [], picked: null };
    case "layer":
      return { ...state, layer: action.layer, open: [], picked: null };
    case "pick":
      return { ...state, picked: action.picked };
    case "rectangle":
      return addShape(state, rectangle(layer));
    case "hide":
      return addShape({ ...state, layer: "hide" }, action.points);
    case "replace": {
      const history = editMask(state.history, { type: "replace", mask: action.mask });
      return { ...state, history, layer: "allow", open: [], picked: null };
    }
    case "move": {
      const { polygon, point: index, isContinued } = action;
      const to = inPicture(action.to);
      const history = editMask(state.history, { type: "movePoint", layer, polygon, index, to, isContinued });
      return { ...state, history, picked: { polygon, point: index } };
    }
    case "insert": {
      const { polygon, after, at } = action;
      const index = after + 1;
      const history = editMask(state.history, {
        type: "insertPoint",
        layer,
        polygon,
        index,
        at: inPicture(at),
      });
      return { ...state, history, picked: { polygon, point: index } };
    }
    case "deletePoint":
      return deletePoint(state, action.polygon, action.point);
    case "deleteShape":
      return deleteShape(state, action.polygon);
    case "clear":
      return { ...state, history: editMask(state.history, { type: "clear" }), open: [], picked: null };
    case "undo":
      return undo(state);
    case "redo":
      return { ...state, history: editMask(state.history, { type: "redo" }), picked: null };
  }
}
