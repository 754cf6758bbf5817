/** Waiting; the only place with timers that others wait on. */

/** Raises the signal's reason when it fires first. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** Lets the page draw and answer before a long computation goes on. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}

/** Pause before try `attempt` (1, 2, …): doubles up to `maxMs`, spread so that many pages do not come at once. */
export function backoffMs(attempt: number, maxMs: number, random: () => number = Math.random): number {
  const whole = Math.min(maxMs, 500 * 2 ** Math.min(attempt - 1, 20));
  return whole * (0.5 + random() / 2);
}
