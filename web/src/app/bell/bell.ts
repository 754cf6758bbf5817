/** What this page does when the bell rings: who is at the door until somebody answers, sound, notice, title. */

import type { CameraEvent } from "../../core/messages";
import { type Observable, Subject } from "../../core/observable";

/** What of the browser is needed; a fake in tests. */
export interface BellWorld {
  /** False where the page may not sound yet. */
  sound(): boolean;
  /** Outside of the page, where the owner allowed that and does not look at it anyway. */
  notice(): void;
  title(isRinging: boolean): void;
  vibrate(): void;
  /** Calls back once; returns what prevents that. */
  later(ms: number, what: () => void): () => void;
}

export interface Ring {
  readonly atMs: number;
  /** `missed`: it rang, and nobody on this page answered in time. `left`: and they left a message. */
  readonly state: "ringing" | "missed" | "left";
  /** False where the browser did not let this page sound. */
  readonly wasHeard: boolean;
}

/** Nobody waits at a door for longer. */
export const ANSWER_WITHIN_MS = 45_000;

/** One for the page's life. */
export class Bell {
  readonly #world: BellWorld;
  readonly #ring = new Subject<Ring | null>(null);
  readonly #isLoud: Observable<boolean>;
  #cancel: () => void = () => undefined;

  /** `isLoud`: whether this device is to sound and shake. */
  constructor(events: Observable<CameraEvent | null>, isLoud: Observable<boolean>, world: BellWorld) {
    this.#world = world;
    this.#isLoud = isLoud;
    events.subscribe((event) => {
      if (event?.kind === "bell.rang") this.#rang(event.at_ms);
      if (event?.kind === "message.left") this.#left(event.at_ms);
    });
  }

  get ring(): Observable<Ring | null> {
    return this.#ring;
  }

  /** Somebody on this page has seen it: answered, or not now. */
  answer(): void {
    this.#cancel();
    this.#world.title(false);
    this.#ring.set(null);
  }

  #left(atMs: number): void {
    this.#cancel();
    this.#world.title(false);
    this.#ring.set({ atMs, state: "left", wasHeard: true });
  }

  #rang(atMs: number): void {
    this.#cancel();
    this.#world.title(true);
    this.#ring.set({ atMs, state: "ringing", wasHeard: true });
    this.#world.notice();
    if (this.#isLoud.value) {
      this.#world.vibrate();
      if (!this.#world.sound()) this.#ring.set({ atMs, state: "ringing", wasHeard: false });
    }
    this.#cancel = this.#world.later(ANSWER_WITHIN_MS, () => {
      this.#world.title(false);
      this.#ring.set({ atMs, state: "missed", wasHeard: true });
    });
  }
}
