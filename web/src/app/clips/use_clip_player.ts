/** Opens a sealed clip with the owner's key and plays it in a video element. */

import { useEffect, useState } from "preact/hooks";
import { ClipPlayer, type PlayerState } from "../../core/clip_player";
import type { Moving } from "../../core/moving";
import { SealedFile } from "../../core/sealed_file";
import { useParts } from "../context";

export interface OpenClip {
  readonly file: SealedFile | null;
  readonly state: PlayerState;
  readonly durationMs: number | null;
  readonly moving: readonly Moving[];
  /** Set when the clip could not even be opened. */
  readonly failure: unknown;
}

const CLOSED: OpenClip = {
  file: null,
  state: { kind: "loading" },
  durationMs: null,
  moving: [],
  failure: null,
};

export function useClipPlayer(
  id: string,
  video: { current: HTMLVideoElement | null },
  identity: string | null,
): OpenClip {
  const { api } = useParts();
  const [clip, setClip] = useState<OpenClip>(CLOSED);
  useEffect(() => {
    const element = video.current;
    if (!element || !identity) return;
    const stopping = new AbortController();
    const ends: (() => void)[] = [() => stopping.abort()];
    const play = async () => {
      const file = await SealedFile.open(api.clipRanges(id), identity, stopping.signal);
      if (stopping.signal.aborted) return;
      const player = new ClipPlayer(element, file);
      ends.push(() => player.stop());
      ends.push(player.state.subscribe((state) => setClip((now) => ({ ...now, state }))));
      ends.push(player.durationMs.subscribe((durationMs) => setClip((now) => ({ ...now, durationMs }))));
      ends.push(player.moving.subscribe((moving) => setClip((now) => ({ ...now, moving }))));
      setClip({ ...CLOSED, file, state: player.state.value });
      await player.start();
    };
    play().catch((failure: unknown) => {
      if (!stopping.signal.aborted) setClip((now) => ({ ...now, failure }));
    });
    return () => {
      for (const end of ends) end();
    };
  }, [api, id, identity, video]);
  return clip;
}
