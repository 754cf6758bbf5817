/** One update from the choice of its file to what came of it, through the time when the camera cannot be reached. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { UpdateOutcome, UpdateTold } from "../../core/messages";
import { endOf, isBehindAnother, type SentUpdate, sendUpdate, type UpdateEnd } from "../../core/update";
import { useParts } from "../context";
import { setLeaveGuard } from "../router";

const LOOK_MS = 2000;

/** What its end hangs on: the camera has to come back, another update has to end first, or nothing but itself. */
export type WaitingOn = "camera" | "another" | "itself";

export type UpdatePhase =
  | { readonly kind: "idle" }
  | { readonly kind: "chosen"; readonly file: File }
  | { readonly kind: "sending"; readonly file: File; readonly share: number }
  | { readonly kind: "waiting"; readonly on: WaitingOn }
  | { readonly kind: "ended"; readonly end: UpdateEnd }
  | { readonly kind: "error"; readonly error: unknown };

export interface UpdateState {
  readonly told: UpdateTold | null;
  readonly failure: unknown;
  readonly phase: UpdatePhase;
  choose(file: File | undefined): void;
  /** Sends what was chosen, then has the owner's key sign for it. */
  install(): Promise<void>;
  cancel(): void;
}

export function useUpdate(): UpdateState {
  const { api } = useParts();
  const [told, setTold] = useState<UpdateTold | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const [phase, setPhase] = useState<UpdatePhase>({ kind: "idle" });
  const stopping = useRef(new AbortController());

  const wait = useCallback(
    async (sha256: string, before: string, known: UpdateOutcome | null) => {
      const { signal } = stopping.current;
      let sinceMs = performance.now();
      let wasAway = false;
      while (!signal.aborted) {
        try {
          const now = await api.command("update.get", {});
          if (isBehindAnother(sha256, now)) sinceMs = performance.now();
          const end = endOf({ sha256, known, before, wasAway, waitedMs: performance.now() - sinceMs }, now);
          if (signal.aborted) return;
          if (end) {
            setTold(now);
            setPhase({ kind: "ended", end });
            return;
          }
          setPhase({ kind: "waiting", on: isBehindAnother(sha256, now) ? "another" : "itself" });
        } catch {
          wasAway = true;
          if (!signal.aborted) setPhase({ kind: "waiting", on: "camera" });
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    [api],
  );

  useEffect(() => {
    const control = new AbortController();
    stopping.current = control;
    api.command("update.get", {}).then(
      (found) => {
        if (control.signal.aborted) return;
        setTold(found);
        // Opened while one is under way, from here or by a stick.
        if (found.outcome?.word === "installing") void wait(found.outcome.sha256, found.version, null);
      },
      (error: unknown) => !control.signal.aborted && setFailure(error),
    );
    return () => stopping.current.abort();
  }, [api, wait]);

  const isSending = phase.kind === "sending";
  useEffect(() => {
    if (!isSending) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", stay);
    setLeaveGuard(async () => false);
    return () => {
      removeEventListener("beforeunload", stay);
      setLeaveGuard(null);
    };
  }, [isSending]);

  const install = async () => {
    if (phase.kind !== "chosen" || !told) return;
    const { file } = phase;
    const control = stopping.current;
    setPhase({ kind: "sending", file, share: 0 });
    let sent: SentUpdate;
    let before: UpdateTold;
    try {
      const onProgress = (share: number) =>
        !control.signal.aborted && setPhase({ kind: "sending", file, share });
      sent = await sendUpdate(api, file, { onProgress, signal: control.signal });
      before = await api.command("update.get", {});
      control.signal.throwIfAborted(); // cancelled meanwhile
      await api.command("update.install", { ...sent });
    } catch (error) {
      if (!control.signal.aborted) setPhase({ kind: "error", error });
      return;
    }
    setPhase({ kind: "waiting", on: "itself" });
    await wait(sent.sha256, before.version, before.outcome);
  };

  return {
    told,
    failure,
    phase,
    choose: (file) => file && setPhase({ kind: "chosen", file }),
    install,
    cancel: () => {
      stopping.current.abort();
      stopping.current = new AbortController();
      setPhase({ kind: "idle" });
    },
  };
}
