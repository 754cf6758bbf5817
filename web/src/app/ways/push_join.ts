/** Asks the camera to send notices to this browser; never takes silence for a no. */

import type { Api } from "../../core/api";
import type { Commands, WaysTold } from "../../core/messages";

/**
 * `onUnsure(true)` before the camera is asked, as it may take part from then on whatever arrives here; `onUnsure(false)`
 * once the camera has said who takes part, which `onTold` hears first. Raises what asking to join raised.
 */
export async function joinPush(
  api: Api,
  args: Commands["push.join"]["args"],
  onTold: (told: WaysTold) => void,
  onUnsure: (isUnsure: boolean) => void,
): Promise<void> {
  const hear = (told: WaysTold) => {
    onTold(told);
    onUnsure(false);
  };
  onUnsure(true);
  await api.command("push.join", args).then(hear, async (error) => {
    await api.command("holes.get", {}).then(hear, () => undefined); // the first failure is the one to tell
    throw error;
  });
}
