/** Where motion counts, while it is being drawn; pure. Points are shares of the picture. */

import type { Point } from "../../core/mask_geometry";
import type { MotionArea } from "../../core/messages";
import { MAX_AREAS, rounded, sameAreas } from "../../core/motion";

export interface Areas {
  readonly saved: readonly MotionArea[];
  readonly now: readonly MotionArea[];
  /** The one that has handles. */
  readonly picked: number | null;
}

export type AreasAction =
  | { readonly type: "loaded"; readonly areas: readonly MotionArea[] }
  | { readonly type: "add"; readonly kind: MotionArea["kind"] }
  | { readonly type: "pick"; readonly area: number | null }
  | { readonly type: "move"; readonly area: number; readonly point: number; readonly to: Point }
  | { readonly type: "insert"; readonly area: number; readonly after: number; readonly at: Point }
  | { readonly type: "deletePoint"; readonly area: number; readonly point: number }
  | { readonly type: "delete"; readonly area: number }
  | { readonly type: "reset" };

const START: Readonly<Record<MotionArea["kind"], readonly Point[]>> = {
  enter: [[0.3, 0.45], [0.7, 0.45], [0.7, 0.9], [0.3, 0.9]], // biome-ignore format: one shape, one line
  cross: [[0.25, 0.65], [0.75, 0.65]], // biome-ignore format: one shape, one line
};
const MAX_POINTS = 64;
/** A second one does not lie exactly on the first. */
const OFFSET = 0.05;

export const isLine = (area: MotionArea) => area.kind === "cross" && area.points.length === 2;
export const leastPoints = (area: MotionArea) => (isLine(area) ? 2 : 3);
export const mayAdd = (areas: Areas) => areas.now.length < MAX_AREAS;
export const isChanged = (areas: Areas) => !sameAreas(areas.saved, areas.now);

export function startAreas(areas: readonly MotionArea[]): Areas {
  return { saved: areas, now: areas, picked: null };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));

function changed(areas: Areas, index: number, points: (old: readonly Point[]) => readonly Point[]): Areas {
  const now = areas.now.map((area, at) => (at === index ? { ...area, points: points(area.points) } : area));
  return { ...areas, now, picked: index };
}

function add(areas: Areas, kind: MotionArea["kind"]): Areas {
  if (!mayAdd(areas)) return areas;
  const shift = (areas.now.filter((area) => area.kind === kind).length % 4) * OFFSET;
  const points = START[kind].map(([x, y]): Point => [clamp(x + shift), clamp(y - shift)]);
  return { ...areas, now: [...areas.now, { kind, points }], picked: areas.now.length };
}

export function changeAreas(areas: Areas, action: AreasAction): Areas {
  switch (action.type) {
    case "loaded":
      // What somebody else set comes in, unless something is being drawn here.
      return isChanged(areas) ? { ...areas, saved: action.areas } : startAreas(action.areas);
    case "add":
      return add(areas, action.kind);
    case "pick":
      return { ...areas, picked: action.area };
    case "move": {
      const { area, point, to } = action;
      const at: Point = [clamp(to[0]), clamp(to[1])];
      return changed(areas, area, (points) => points.map((old, index) => (index === point ? at : old)));
    }
    case "insert": {
      const area = areas.now[action.area];
      if (!area || isLine(area) || area.points.length >= MAX_POINTS) return areas;
      return changed(areas, action.area, (points) => points.toSpliced(action.after + 1, 0, action.at));
    }
    case "deletePoint": {
      const area = areas.now[action.area];
      if (!area || area.points.length <= leastPoints(area)) return areas;
      return changed(areas, action.area, (points) => points.toSpliced(action.point, 1));
    }
    case "delete":
      return { ...areas, now: areas.now.toSpliced(action.area, 1), picked: null };
    case "reset":
      return startAreas(areas.saved);
  }
}

/** As the camera is sent it. */
export const areasToSave = (areas: Areas) => rounded(areas.now);
