/** One thing that a button starts: busy while under way, and the sentence when it failed. */

import { useRef, useState } from "preact/hooks";
import { toast } from "../ui/toast";
import { sentenceOf } from "./sentences";

export interface ActionState {
  readonly isBusy: boolean;
  readonly error: string | null;
  /** Starts it unless it is under way; resolves true when it went well. */
  run(action: () => Promise<void>): Promise<boolean>;
}

/** `explain` may know better words for an error than the general ones; `speak` shows failures as a toast. */
export function useAction(
  options: { explain?: (error: unknown) => string | null; speak?: boolean } = {},
): ActionState {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const running = useRef(false);
  const run = async (action: () => Promise<void>): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setError(null);
    try {
      await action();
      return true;
    } catch (failure) {
      const sentence = options.explain?.(failure) ?? sentenceOf(failure);
      if (options.speak) toast(sentence, "warning");
      else setError(sentence);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { isBusy, error, run };
}
