/** The bell's sound in this page, made here; silent until the browser has seen a tap, as browsers demand. */

import { Subject } from "../../core/observable";

/** Two struck tones: when each begins (s), its pitch (Hz). The camera's own chime sounds alike. */
const STROKES = [
  [0, 659.26],
  [0.55, 523.25],
] as const;
/** Multiple of the tone, loudness, and seconds until it has died away. */
const PARTIALS = [
  [1, 0.5, 1.3],
  [2, 0.2, 0.8],
  [3.01, 0.09, 0.5],
] as const;
const TIMES = 2;
const APART_S = 2.4;

export class BellSound {
  readonly #isUnlocked = new Subject(false);
  #context: AudioContext | null = null;

  /** Whether this page may sound. */
  get isUnlocked() {
    return this.#isUnlocked;
  }

  /** Call from a tap or a key. */
  unlock(): void {
    if (typeof AudioContext === "undefined") return;
    this.#context ??= new AudioContext();
    void this.#context.resume().then(
      () => this.#isUnlocked.set(this.#context?.state === "running"),
      () => undefined,
    );
  }

  /** False where the page may not sound. */
  ring(): boolean {
    const context = this.#context;
    if (context?.state !== "running") return false;
    for (let time = 0; time < TIMES; time++)
      for (const [at, hz] of STROKES) strike(context, context.currentTime + time * APART_S + at, hz);
    return true;
  }
}

function strike(context: AudioContext, at: number, hz: number): void {
  for (const [multiple, loud, fades] of PARTIALS) {
    const tone = new OscillatorNode(context, { frequency: hz * multiple });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(loud, at + 0.004);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + fades);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + fades);
  }
}
