/** What a drawing is, and the camera's limits on it. */

import type { Polygon } from "./mask_geometry";

export type { Point, Polygon } from "./mask_geometry";

/** Visible is what lies in one of `allow` and in none of `hide`. */
export interface Mask {
  readonly allow: readonly Polygon[];
  readonly hide: readonly Polygon[];
}

export type Layer = "allow" | "hide";
export const LAYERS: readonly Layer[] = ["allow", "hide"];
/** Shows nothing. */
export const EMPTY_MASK: Mask = { allow: [], hide: [] };

export const MIN_POINTS = 3;
export const MAX_POINTS = 256;
/** Of each layer. */
export const MAX_POLYGONS = 32;
/** A signed command has 48 KiB, in which the text stands a third longer. */
export const MAX_TEXT_BYTES = 35_000;
