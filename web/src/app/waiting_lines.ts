/** What waits under the lock on showing more, in words; pure. */

import type { CameraState } from "../core/messages";
import { percent } from "./draw/loosening";
import { words } from "./words";

type Waiting = Pick<
  CameraState,
  "pending_mask" | "unlock_hours_left" | "wake_hours_left" | "sound_hours_left" | "message_hours_left"
>;

/** One sentence for each thing that waits. */
export function waitingLines(camera: Waiting | null): string[] {
  const lines: string[] = [];
  const mask = camera?.pending_mask;
  const unlock = camera?.unlock_hours_left;
  if (mask) lines.push(words.waiting.mask(mask.hours_left, percent(mask.newly_visible)));
  if (typeof unlock === "number") lines.push(words.waiting.unlock(unlock));
  if (typeof camera?.wake_hours_left === "number") lines.push(words.waiting.wake(camera.wake_hours_left));
  if (typeof camera?.sound_hours_left === "number") lines.push(words.waiting.sound(camera.sound_hours_left));
  if (typeof camera?.message_hours_left === "number")
    lines.push(words.waiting.message(camera.message_hours_left));
  return lines;
}
