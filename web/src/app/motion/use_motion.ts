/** What the owner set about motion, read from the camera and kept fresh, and what moves while a live picture is shown. */

import { useCallback, useEffect, useState } from "preact/hooks";
import type { Commands, MotionTold } from "../../core/messages";
import type { MotionSeen } from "../../core/motion";
import { watchMotion } from "../../core/motion_watch";
import { useValue } from "../../ui/use_value";
import { useParts } from "../context";

export interface MotionSettings {
  /** Null before the first answer. */
  readonly told: MotionTold | null;
  readonly failure: unknown;
  set(part: Commands["motion.set"]["args"]): Promise<void>;
  undo(clip: string): Promise<void>;
}

export function useMotionSettings(): MotionSettings {
  const { api, home } = useParts();
  const [told, setTold] = useState<MotionTold | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const event = useValue(home.event);
  const changed = event?.kind === "settings.changed" ? event : null;
  useEffect(() => {
    let isWanted = true;
    api.command("motion.get", {}).then(
      (found) => isWanted && setTold(found),
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [api, changed]);
  return {
    told,
    failure,
    set: async (part) => setTold(await api.command("motion.set", part)),
    undo: async (clip) => setTold(await api.command("clip.false_alarm_undo", { clip })),
  };
}

/** What moves now; null while there is no live picture, or no key to open the answer with. */
export function useMotionSeen(isShown: boolean, viewer: () => string | null): MotionSeen | null {
  const { api, home } = useParts();
  const identity = useValue(home.identity);
  const [seen, setSeen] = useState<MotionSeen | null>(null);
  const hear = useCallback((next: MotionSeen | null) => setSeen(next), []);
  useEffect(() => {
    if (!isShown || !identity) {
      setSeen(null);
      return;
    }
    const stopping = new AbortController();
    watchMotion(api, identity, { signal: stopping.signal, viewer, onSeen: hear }).catch(() => {
      if (!stopping.signal.aborted) setSeen(null); // refused for good: the picture stays, without boxes
    });
    return () => stopping.abort();
  }, [api, identity, isShown, viewer, hear]);
  return seen;
}
