/** Saving a drawing: the camera alone says whether it shows more, exactly, and then wants a second yes; pure. */

import { ApiError } from "../../core/errors";

/**
 * Sends the drawing; when the camera answers that it shows more, asks `confirm` with the share that the camera names, and sends
 * it once more as meant. Null when the owner said no: nothing was changed.
 */
export async function saveDrawing<T>(
  send: (loosens: boolean) => Promise<T>,
  confirm: (share: string) => Promise<boolean>,
): Promise<T | null> {
  try {
    return await send(false);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "loosens") throw error;
    return (await confirm(shareNamed(error.message))) ? send(true) : null;
  }
}

/** The share in the camera's sentence, as `2.5 %`. */
export function shareNamed(sentence: string): string {
  return /\d+(\.\d+)? %/.exec(sentence)?.[0] ?? "a part";
}

/** A share in words, and never nothing for more than nothing: as the camera says it. */
export function percent(share: number): string {
  const points = 100 * share;
  const digits = points >= 10 ? 0 : points >= 1 ? 1 : 2;
  return `${(points > 0 ? Math.max(points, 10 ** -digits) : 0).toFixed(digits)} %`;
}
