/** The drawing screen: first a picture with nobody in it, then the editor over it. */

import { useEffect, useState } from "preact/hooks";
import { EMPTY_MASK, parseMask } from "../../core/mask";
import { fetchPlate, type Plate } from "../../core/plate";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/parts";
import { useValue } from "../../ui/use_value";
import { NoKey } from "../clips/clips";
import { useCamera, useParts } from "../context";
import { Screen } from "../screen";
import { sentenceOf } from "../sentences";
import { words } from "../words";
import { Editor, type MaskInForce } from "./editor";

type Loaded =
  | { readonly kind: "taking"; readonly share: number }
  | { readonly kind: "failed"; readonly error: unknown }
  | {
      readonly kind: "ready";
      readonly address: string;
      readonly aspect: number;
      readonly inForce: MaskInForce;
    };

function useDrawing(identity: string | null, attempt: number): Loaded {
  const { api } = useParts();
  const [loaded, setLoaded] = useState<Loaded>({ kind: "taking", share: 0 });
  useEffect(() => {
    if (!identity) return;
    const stopping = new AbortController();
    let address: string | null = null;
    const load = async () => {
      setLoaded({ kind: "taking", share: 0 });
      const { mask, digest } = await api.command("mask.get", {});
      const inForce = { mask: mask === null ? EMPTY_MASK : parseMask(mask), digest };
      const onProgress = (share: number) => {
        if (!stopping.signal.aborted && !address) setLoaded({ kind: "taking", share });
      };
      const show = (plate: Plate) => {
        if (stopping.signal.aborted) return;
        if (address) URL.revokeObjectURL(address);
        address = URL.createObjectURL(plate.png);
        setLoaded({ kind: "ready", address, aspect: plate.widthPx / plate.heightPx, inForce });
      };
      const options = { onProgress, onDraft: show, signal: stopping.signal, isFresh: attempt > 0 };
      show(await fetchPlate(api, identity, options));
    };
    load().catch((error: unknown) => {
      if (!stopping.signal.aborted) setLoaded({ kind: "failed", error });
    });
    return () => {
      stopping.abort();
      if (address) URL.revokeObjectURL(address);
    };
  }, [api, identity, attempt]);
  return loaded;
}

function Taking({ share }: { share: number }) {
  return (
    <div class="taking" data-testid="plate-taking">
      <div class="taking-lens" aria-hidden="true">
        <i />
      </div>
      <h2>{words.draw.plateTitle}</h2>
      <progress class="bar" value={share} max={1} aria-label={words.draw.plateTitle} />
      <p class="soft small">{words.draw.plateText}</p>
    </div>
  );
}

export function Draw() {
  const identity = useValue(useParts().home.identity);
  const hasMask = Boolean(useCamera()?.mask);
  const [attempt, setAttempt] = useState(0);
  const loaded = useDrawing(identity, attempt);
  return (
    <Screen
      title={words.draw.title}
      lead={words.draw.lead}
      back={hasMask ? "/settings" : "/"}
      wide
      testid="draw"
    >
      {!identity && <NoKey />}
      {identity && loaded.kind === "taking" && <Taking share={loaded.share} />}
      {loaded.kind === "failed" && (
        <Notice tone="bad" icon="warning" title={words.draw.plateFailed} testid="plate-failed">
          <p>{sentenceOf(loaded.error)}</p>
          <div>
            <Button icon="redo" onClick={() => setAttempt((count) => count + 1)}>
              {words.common.tryAgain}
            </Button>
          </div>
        </Notice>
      )}
      {loaded.kind === "ready" && (
        <Editor
          inForce={loaded.inForce}
          address={loaded.address}
          aspect={loaded.aspect}
          onAgain={() => setAttempt((count) => count + 1)}
        />
      )}
    </Screen>
  );
}
