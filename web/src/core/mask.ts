/** The owner's drawing: what of the picture may be seen. The limits are those of the camera. */

import { utf8 } from "./bytes";
import { FormatError } from "./errors";
import {
  distance,
  distanceToEdge,
  edgesOf,
  insideOnRow,
  isInside,
  joinIntervals,
  lengthWithout,
} from "./mask_geometry";
import {
  LAYERS,
  type Layer,
  MAX_POINTS,
  MAX_POLYGONS,
  MAX_TEXT_BYTES,
  type Mask,
  MIN_POINTS,
  type Point,
  type Polygon,
} from "./mask_model";

export * from "./mask_history";
export * from "./mask_model";

export interface MaskProblem {
  readonly layer: Layer | null;
  /** Index in its layer; null of the whole. */
  readonly polygon: number | null;
  readonly what:
    | "too_few_points"
    | "too_many_points"
    | "too_many_polygons"
    | "out_of_picture"
    | "no_area"
    | "too_long";
}

/** Empty when the camera will take it. */
export function maskProblems(mask: Mask): readonly MaskProblem[] {
  const problems: MaskProblem[] = [];
  for (const layer of LAYERS) {
    if (mask[layer].length > MAX_POLYGONS) problems.push({ layer, polygon: null, what: "too_many_polygons" });
    mask[layer].forEach((points, polygon) => {
      const what = polygonProblem(points);
      if (what) problems.push({ layer, polygon, what });
    });
  }
  if (problems.length === 0 && utf8(serialiseMask(mask)).length > MAX_TEXT_BYTES)
    problems.push({ layer: null, polygon: null, what: "too_long" });
  return problems;
}

function polygonProblem(points: Polygon): MaskProblem["what"] | null {
  if (points.length < MIN_POINTS) return "too_few_points";
  if (points.length > MAX_POINTS) return "too_many_points";
  if (!points.every((point) => point.every((value) => value >= 0 && value <= 1))) return "out_of_picture";
  const [first, ...others] = points as [Point, ...Point[]];
  const isLine = others.every((a) => others.every((b) => Math.abs(cross(first, a, b)) < 1e-9));
  return isLine ? "no_area" : null;
}

function cross(origin: Point, a: Point, b: Point): number {
  return (a[0] - origin[0]) * (b[1] - origin[1]) - (a[1] - origin[1]) * (b[0] - origin[0]);
}

/** Reads what the camera has; raises FormatError when it is no mask. */
export function parseMask(text: string): Mask {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new FormatError("the drawing is no JSON", { cause });
  }
  const { allow, hide } = (parsed ?? {}) as { allow?: unknown; hide?: unknown };
  return { allow: readPolygons(allow), hide: readPolygons(hide ?? []) };
}

function readPolygons(value: unknown): Polygon[] {
  if (!Array.isArray(value)) throw new FormatError("the drawing has no list of areas");
  return value.map((polygon: unknown) => {
    if (!Array.isArray(polygon)) throw new FormatError("an area of the drawing is no list of points");
    return polygon.map(readPoint);
  });
}

function readPoint(value: unknown): Point {
  const [x, y] = Array.isArray(value) && value.length === 2 ? value : [];
  if (typeof x !== "number" || typeof y !== "number")
    throw new FormatError("a point of the drawing is no pair");
  return [x, y];
}

/** A tenth of a pixel of a picture 1000 wide. */
const STEPS = 10_000;

/** The exact text that is signed: members in order, four decimals, no spaces. The same drawing gives the same text. */
export function serialiseMask(mask: Mask): string {
  const rounded = (polygons: readonly Polygon[]) =>
    polygons.map((polygon) =>
      polygon.map((point) => point.map((value) => Math.round(value * STEPS) / STEPS)),
    );
  return JSON.stringify({ allow: rounded(mask.allow), hide: rounded(mask.hide) });
}

const ROWS = 720;

/** Share of the picture (0..1) that will be seen: exact along 720 rows. The camera rounds away a pixel at borders. */
export function visibleShare(mask: Mask): number {
  let sum = 0;
  for (let row = 0; row < ROWS; row++) {
    const y = (row + 0.5) / ROWS;
    const shown = joinIntervals(mask.allow.flatMap((polygon) => insideOnRow(polygon, y, "even-odd")));
    const hidden = joinIntervals(mask.hide.flatMap((polygon) => insideOnRow(polygon, y, "non-zero")));
    sum += lengthWithout(shown, hidden);
  }
  return Math.min(1, Math.max(0, sum / ROWS));
}

export interface Hit {
  readonly layer: Layer;
  readonly polygon: number;
  readonly what: "point" | "edge" | "inside";
  /** Of the point, or of the edge's first point; -1 inside. */
  readonly index: number;
}

/**
 * What a finger at `at` means: the nearest point within `reach`, else the nearest edge within it, else the area.
 *
 * `reach` is a share of the picture's width, `aspect` its width / height. Hide areas lie above allow areas.
 */
export function hitTest(mask: Mask, at: Point, reach: number, aspect: number): Hit | null {
  const areas = (["hide", "allow"] as const).flatMap((layer) =>
    mask[layer].map((points, polygon) => ({ layer, polygon, points })).reverse(),
  );
  const nearest = (what: "point" | "edge") => {
    let best: (Hit & { far: number }) | null = null;
    for (const { layer, polygon, points } of areas) {
      for (const [index, [start, end]] of edgesOf(points).entries()) {
        const far = what === "point" ? distance(at, start, aspect) : distanceToEdge(at, start, end, aspect);
        if (far <= reach && far < (best?.far ?? Number.POSITIVE_INFINITY))
          best = { layer, polygon, what, index, far };
      }
    }
    return best as (Hit & { far: number }) | null;
  };
  const near = nearest("point") ?? nearest("edge");
  if (near) return { layer: near.layer, polygon: near.polygon, what: near.what, index: near.index };
  const around = areas.find(({ layer, points }) =>
    isInside(points, at, layer === "allow" ? "even-odd" : "non-zero"),
  );
  return around ? { layer: around.layer, polygon: around.polygon, what: "inside", index: -1 } : null;
}

/** Into the picture, and onto its edge where that is within `reach` (a share of each side). */
export function snapToEdge([x, y]: Point, reach: number): Point {
  return [snap(x, reach), snap(y, reach)];
}

function snap(value: number, reach: number): number {
  if (!(value > reach)) return 0;
  return value >= 1 - reach ? 1 : value;
}
