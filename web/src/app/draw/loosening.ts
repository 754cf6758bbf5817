/** Whether a new drawing shows anything that the old one hid; pure, on a grid of points. */

import type { Mask, Point } from "../../core/mask";
import { isInside } from "../../core/mask_geometry";

/** Finer than anything that a finger draws on purpose: 192 × 108 points. */
const COLUMNS = 192;
const ROWS = 108;

export function isSeen(mask: Mask, at: Point): boolean {
  return (
    mask.allow.some((shape) => isInside(shape, at, "even-odd")) &&
    !mask.hide.some((shape) => isInside(shape, at, "non-zero"))
  );
}

/** Slivers below three grid points (0.015 % of the picture) are the rounding of a dragged point, not a decision. */
const SLIVER = 3;

export function showsMore(before: Mask, after: Mask): boolean {
  let more = 0;
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const at: Point = [(column + 0.5) / COLUMNS, (row + 0.5) / ROWS];
      if (isSeen(after, at) && !isSeen(before, at)) more += 1;
      if (more >= SLIVER) return true;
    }
  }
  return false;
}
