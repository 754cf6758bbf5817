/** Editing a drawing with undo and redo, as a pure reducer. */

import {
  EMPTY_MASK,
  type Layer,
  MAX_POINTS,
  type Mask,
  MIN_POINTS,
  type Point,
  type Polygon,
} from "./mask_model";

export interface MaskHistory {
  /** Oldest first; at most 100. */
  readonly past: readonly Mask[];
  readonly present: Mask;
  /** Next to redo first. */
  readonly future: readonly Mask[];
}

interface InPolygon {
  readonly layer: Layer;
  readonly polygon: number;
}

/** `isContinued`: a further step of the same drag, undone together with the first. */
export type MaskAction =
  | { readonly type: "addPolygon"; readonly layer: Layer; readonly points: Polygon }
  | ({ readonly type: "removePolygon" } & InPolygon)
  | ({ readonly type: "movePolygon"; readonly by: Point; readonly isContinued?: boolean } & InPolygon)
  /** The new point gets `index`; the points from there on move up. */
  | ({ readonly type: "insertPoint"; readonly index: number; readonly at: Point } & InPolygon)
  | ({
      readonly type: "movePoint";
      readonly index: number;
      readonly to: Point;
      readonly isContinued?: boolean;
    } & InPolygon)
  /** Of a triangle, removes the whole area. */
  | ({ readonly type: "deletePoint"; readonly index: number } & InPolygon)
  | { readonly type: "clear" }
  /** Another drawing in its place, as one step that can be undone. */
  | { readonly type: "replace"; readonly mask: Mask }
  | { readonly type: "undo" }
  | { readonly type: "redo" }
  /** Begins anew with this drawing. */
  | { readonly type: "reset"; readonly mask: Mask };

const MAX_PAST = 100;

export function startHistory(mask: Mask): MaskHistory {
  return { past: [], present: mask, future: [] };
}

/** An action that changes nothing (or names what is not there) gives the same history back. */
export function editMask(history: MaskHistory, action: MaskAction): MaskHistory {
  const { past, present, future } = history;
  switch (action.type) {
    case "reset":
      return startHistory(action.mask);
    case "undo": {
      const before = past.at(-1);
      return before ? { past: past.slice(0, -1), present: before, future: [present, ...future] } : history;
    }
    case "redo": {
      const [after, ...rest] = future;
      return after ? { past: [...past, present], present: after, future: rest } : history;
    }
    default: {
      const next = change(present, action);
      if (next === present) return history;
      const isContinued = "isContinued" in action && action.isContinued === true && past.length > 0;
      return { past: isContinued ? past : [...past, present].slice(-MAX_PAST), present: next, future: [] };
    }
  }
}

type Edit = Exclude<MaskAction, { type: "undo" | "redo" | "reset" }>;

function change(mask: Mask, action: Edit): Mask {
  if (action.type === "clear") return mask.allow.length + mask.hide.length === 0 ? mask : EMPTY_MASK;
  if (action.type === "replace") return action.mask;
  if (action.type === "addPolygon")
    return { ...mask, [action.layer]: [...mask[action.layer], action.points.map(intoPicture)] };
  const points = mask[action.layer][action.polygon];
  const changed = points && changePolygon(points, action);
  if (!points || changed === points) return mask;
  const others = mask[action.layer].flatMap((polygon, i) => {
    if (i !== action.polygon) return [polygon];
    return changed ? [changed] : [];
  });
  return { ...mask, [action.layer]: others };
}

/** Null removes the polygon. */
function changePolygon(
  points: Polygon,
  action: Exclude<Edit, { type: "clear" | "replace" | "addPolygon" }>,
): Polygon | null {
  switch (action.type) {
    case "removePolygon":
      return null;
    case "movePolygon":
      return moved(points, action.by);
    case "insertPoint":
      if (points.length >= MAX_POINTS || action.index < 0 || action.index > points.length) return points;
      return points.toSpliced(action.index, 0, intoPicture(action.at));
    case "movePoint":
      return points[action.index] ? points.with(action.index, intoPicture(action.to)) : points;
    case "deletePoint":
      if (!points[action.index]) return points;
      return points.length > MIN_POINTS ? points.toSpliced(action.index, 1) : null;
  }
}

/** As far as the whole polygon stays in the picture. */
function moved(points: Polygon, [dx, dy]: Point): Polygon {
  const [x, y] = [
    room(
      points.map((point) => point[0]),
      dx,
    ),
    room(
      points.map((point) => point[1]),
      dy,
    ),
  ];
  return x === 0 && y === 0 ? points : points.map((point) => intoPicture([point[0] + x, point[1] + y]));
}

function room(values: readonly number[], by: number): number {
  return Math.min(1 - Math.max(...values), Math.max(-Math.min(...values), by));
}

function intoPicture([x, y]: Point): Point {
  return [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))];
}
