/** The owner's phrases as the camera has them now. */

import { useEffect, useState } from "preact/hooks";
import type { RepliesTold } from "../../core/messages";
import { useValue } from "../../ui/use_value";
import { useMe, useParts } from "../context";

export function useReplies() {
  const { api, home } = useParts();
  const isOwner = useMe()?.role === "owner";
  const [told, setTold] = useState<RepliesTold | null>(null);
  const event = useValue(home.event);
  const changed = event?.kind === "settings.changed" ? event : null;
  useEffect(() => {
    let isWanted = isOwner;
    if (isOwner)
      api.command("reply.list", {}).then(
        (found) => isWanted && setTold(found),
        () => undefined, // without them there is nothing to tap, and everything else works
      );
    return () => {
      isWanted = false;
    };
  }, [api, changed, isOwner]);
  return { told, setTold };
}
