/** A standing adult to try the drawing with: where the body is, and which part of it the camera would see. */

import { isInside } from "./mask_geometry";
import type { Mask, Point } from "./mask_model";

/** `feet` in shares of the picture; `height` as a share of the picture's height. */
export interface StandIn {
  readonly feet: Point;
  readonly height: number;
}

export const LEAST_HEIGHT = 0.08;
export const MOST_HEIGHT = 1.2;
/** Of the height: a head with hair is an eighth tall, shoulders are a quarter wide (Loomis's eight heads, rounded). */
export const HEAD_SHARE = 1 / 8;
export const WIDTH_SHARE = 0.27;
const ACROSS = [-0.5, -0.25, 0, 0.25, 0.5] as const;
const HEAD_ROWS = [0.01, 0.04, 0.08, 0.12] as const;
const BODY_ROWS = [0.2, 0.35, 0.5, 0.65, 0.8, 0.95] as const;

export type Seen = "whole" | "head_cut" | "body_cut" | "unseen";

/** What the owner sees first: in the middle, half as tall as the picture. */
export const FIRST: StandIn = { feet: [0.5, 0.86], height: 0.55 };

export function isVisible(mask: Mask, at: Point): boolean {
  return (
    mask.allow.some((polygon) => isInside(polygon, at, "even-odd")) &&
    !mask.hide.some((polygon) => isInside(polygon, at, "non-zero"))
  );
}

/** Keeps the feet in the picture, and the height sensible. */
export function placed(person: StandIn): StandIn {
  const [x, y] = person.feet;
  return {
    feet: [Math.min(1, Math.max(0, x)), Math.min(1, Math.max(0, y))],
    height: Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, person.height)),
  };
}

/**
 * Whether this mask lets the whole person be seen; `aspect` is width / height of the picture.
 *
 * A head above the picture's edge counts as cut: no drawing can bring it in, only another place for the camera.
 */
export function seenOf(mask: Mask, person: StandIn, aspect: number): Seen {
  const at = (down: number, across: number): Point => [
    person.feet[0] + (across * WIDTH_SHARE * person.height) / aspect,
    person.feet[1] - (1 - down) * person.height,
  ];
  const head = HEAD_ROWS.flatMap((down) => [-0.18, 0, 0.18].map((across) => at(down, across)));
  const body = BODY_ROWS.flatMap((down) => ACROSS.map((across) => at(down, across * 0.8)));
  const seen = (points: readonly Point[]) => points.filter((point) => isVisible(mask, point)).length;
  const [heads, bodies] = [seen(head), seen(body)];
  if (heads + bodies === 0) return "unseen";
  if (heads < head.length) return "head_cut";
  return bodies < body.length ? "body_cut" : "whole";
}
