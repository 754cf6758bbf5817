/** Records a short phrase for the door in this browser: at most eight seconds, small enough for one signed command. */

import type { Bytes } from "./bytes";
import { FormatError } from "./errors";

export const LONGEST_MS = 8000;
/** The camera's own limit on what it takes. */
export const MAX_BYTES = 24_000;
const BITS_PER_S = 16_000;
const KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];

/** One recording under way. */
export interface Recording {
  /** Resolves once it was stopped, by `stop` or by its own end. */
  readonly done: Promise<Bytes>;
  stop(): void;
}

/** Raises when the browser, or its user, gives no microphone. */
export async function record(): Promise<Recording> {
  if (!navigator.mediaDevices || typeof MediaRecorder === "undefined")
    throw new FormatError("this browser cannot record sound");
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind)) ?? "";
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_S, mimeType });
  const stop = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  const timer = setTimeout(stop, LONGEST_MS);
  const parts: Blob[] = [];
  const done = new Promise<Bytes>((resolve, reject) => {
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onerror = () => reject(new FormatError("the recording failed"));
    recorder.onstop = () => {
      clearTimeout(timer);
      for (const track of stream.getTracks()) track.stop();
      new Blob(parts).arrayBuffer().then((data) => resolve(new Uint8Array(data)), reject);
    };
  });
  recorder.start();
  return { done, stop };
}
