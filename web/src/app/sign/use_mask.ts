/** The drawing in force, as text and as shapes; asked again when it changes. */

import { useEffect, useState } from "preact/hooks";
import { type Mask, parseMask, visibleShare } from "../../core/mask";
import { useCamera, useParts } from "../context";

export interface MaskInForce {
  readonly text: string;
  readonly digest: string;
  readonly mask: Mask;
  readonly visible: number;
}

/** null: none is drawn; undefined: not known yet. `failure` says why it stays unknown. */
export function useMask(): { found: MaskInForce | null | undefined; failure: unknown } {
  const { api } = useParts();
  const digest = useCamera()?.mask?.digest ?? null;
  const [found, setFound] = useState<MaskInForce | null | undefined>(undefined);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let isWanted = true;
    api.command("mask.get", {}).then(
      ({ mask: text, digest: signed }) => {
        if (!isWanted) return;
        if (text === null || signed === null) return setFound(null);
        const mask = parseMask(text);
        setFound({ text, digest: signed, mask, visible: visibleShare(mask) });
      },
      (error: unknown) => isWanted && setFailure(error),
    );
    return () => {
      isWanted = false;
    };
  }, [api, digest]);
  return { found, failure };
}
