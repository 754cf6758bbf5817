/** How long clips stay, read from the camera and kept fresh. */

import { useEffect, useState } from "preact/hooks";
import type { Commands, Keeping } from "../../core/messages";
import { useValue } from "../../ui/use_value";
import { useParts } from "../context";

export interface KeepingSettings {
  /** Null before the first answer. */
  readonly keeping: Keeping | null;
  readonly failure: unknown;
  set(part: Commands["keeping.set"]["args"]): Promise<void>;
}

const CHANGES = ["settings.changed", "clip.deleted"];

export function useKeeping(): KeepingSettings {
  const { api, home } = useParts();
  const [keeping, setKeeping] = useState<Keeping | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const event = useValue(home.event);
  const changed = event && CHANGES.includes(event.kind) ? event : null;
  useEffect(() => {
    let isWanted = true;
    api.command("keeping.get", {}).then(
      (found) => isWanted && setKeeping(found),
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [api, changed]);
  return { keeping, failure, set: async (part) => setKeeping(await api.command("keeping.set", part)) };
}
