/** Which part of the picture is on the screen while somebody draws: zoom and pan as pure functions. */

import type { Point } from "./mask_model";

/** `left` and `top` are the shares of the picture at the frame's top left corner; at scale 1 both are 0. */
export interface Viewport {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const WHOLE: Viewport = { scale: 1, left: 0, top: 0 };
export const MOST_SCALE = 6;
/** One press of a button or a key. */
export const ZOOM_STEP = 1.6;
/** What is brought into view stands at least this share of the frame away from its edge. */
const MARGIN = 0.12;

function clamped(scale: number, left: number, top: number): Viewport {
  const room = 1 - 1 / scale;
  const into = (value: number) => Math.min(room, Math.max(0, value));
  return { scale, left: into(left), top: into(top) };
}

/** Zooms by `factor`, so that what lies under `focus` (shares of the frame) stays there as far as the picture reaches. */
export function zoomed(view: Viewport, factor: number, focus: Point = [0.5, 0.5]): Viewport {
  const scale = Math.min(MOST_SCALE, Math.max(1, view.scale * factor));
  const shift = 1 / view.scale - 1 / scale;
  return clamped(scale, view.left + focus[0] * shift, view.top + focus[1] * shift);
}

/** The picture follows the finger; `by` in shares of the frame. */
export function panned(view: Viewport, by: Point): Viewport {
  return clamped(view.scale, view.left - by[0] / view.scale, view.top - by[1] / view.scale);
}

/** Moves as little as is needed to bring `at` (shares of the picture) into view. */
export function showing(view: Viewport, at: Point): Viewport {
  const size = 1 / view.scale;
  const margin = MARGIN * size;
  const edge = (from: number, value: number) =>
    Math.max(Math.min(from, value - margin), value + margin - size);
  return clamped(view.scale, edge(view.left, at[0]), edge(view.top, at[1]));
}

/** Two fingers: where they are between, and how far apart, in shares of the frame's width and height. */
export interface Pinch {
  readonly middle: Point;
  readonly apart: number;
}

export function pinchOf(a: Point, b: Point, aspect: number): Pinch {
  const apart = Math.hypot(a[0] - b[0], (a[1] - b[1]) / aspect);
  return { middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], apart };
}

/** Fingers moved from one pinch to another: the picture zooms and follows. */
export function pinched(view: Viewport, from: Pinch, to: Pinch): Viewport {
  const followed = panned(view, [to.middle[0] - from.middle[0], to.middle[1] - from.middle[1]]);
  return from.apart === 0 ? followed : zoomed(followed, to.apart / from.apart, to.middle);
}
