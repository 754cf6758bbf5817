/** Talk with whoever is at the door, over the live view's own connection: hold to speak, hear the door while you do not. */

import type { Api } from "./api";
import { FormatError } from "./errors";
import type { LiveState } from "./live";
import { type Observable, Subject } from "./observable";

export type TalkState =
  | { readonly kind: "idle" }
  | { readonly kind: "opening" }
  /** `canSpeak` false: this browser gave no microphone, so the owner only listens. */
  | { readonly kind: "open"; readonly canSpeak: boolean; readonly isSpeaking: boolean };

/** What of the live view is needed. */
export interface TalkLine {
  readonly state: Observable<LiveState>;
  readonly viewer: string | null;
  /** Where the owner's voice goes in; null while there is no connection. */
  readonly mouth: RTCRtpSender | null;
}

/** Raises when the browser, or its user, gives no microphone. */
export type OpenMicrophone = () => Promise<MediaStream>;

const IDLE: TalkState = { kind: "idle" };

/**
 * One conversation at most. The microphone is open from `open` to `hangUp`; its voice leaves this device only while
 * `speak(true)` holds. It is over when the connection breaks: the ticket for talk dies with the live one.
 */
export class Talk {
  readonly #api: Api;
  readonly #line: TalkLine;
  readonly #openMicrophone: OpenMicrophone;
  readonly #state = new Subject<TalkState>(IDLE);
  #microphone: MediaStream | null = null;
  #viewer: string | null = null;
  #turn = 0;

  constructor(api: Api, line: TalkLine, openMicrophone: OpenMicrophone = browserMicrophone) {
    this.#api = api;
    this.#line = line;
    this.#openMicrophone = openMicrophone;
    line.state.subscribe((state) => {
      if (state.kind !== "live" && this.#state.value.kind !== "idle") this.#drop();
    });
  }

  get state(): Observable<TalkState> {
    return this.#state;
  }

  /** Raises what the camera says when it refuses; then all is as before. */
  async open(): Promise<void> {
    if (this.#state.value.kind !== "idle") return;
    const turn = ++this.#turn;
    this.#state.set({ kind: "opening" });
    try {
      const microphone = await this.#openMicrophone().catch(() => null);
      if (turn !== this.#turn) return stop(microphone);
      this.#microphone = microphone;
      const viewer = this.#line.viewer;
      if (!viewer) throw new FormatError("there is no live picture to talk with");
      await this.#api.command("talk.open", { viewer });
      if (turn !== this.#turn) return this.#tell(viewer);
      this.#viewer = viewer;
      this.#state.set({ kind: "open", canSpeak: microphone !== null, isSpeaking: false });
    } catch (error) {
      if (turn === this.#turn) this.#drop();
      throw error;
    }
  }

  /** Lets the voice through, or nothing at all: no silence is sent, so that the camera knows who has the word. */
  speak(isSpeaking: boolean): void {
    const state = this.#state.value;
    if (state.kind !== "open" || !state.canSpeak || state.isSpeaking === isSpeaking) return;
    const track = isSpeaking ? (this.#microphone?.getAudioTracks()[0] ?? null) : null;
    void this.#line.mouth?.replaceTrack(track).catch(() => undefined);
    this.#state.set({ ...state, isSpeaking });
  }

  hangUp(): void {
    const viewer = this.#viewer;
    this.#drop();
    if (viewer) this.#tell(viewer);
  }

  #tell(viewer: string): void {
    this.#api.command("talk.close", { viewer }).catch(() => undefined); // it ends with the live ticket at the latest
  }

  #drop(): void {
    this.#turn++;
    void this.#line.mouth?.replaceTrack(null).catch(() => undefined);
    stop(this.#microphone);
    this.#microphone = null;
    this.#viewer = null;
    this.#state.set(IDLE);
  }
}

function stop(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

const browserMicrophone: OpenMicrophone = async () => {
  if (!navigator.mediaDevices) throw new FormatError("this browser gives pages no microphone");
  return navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } });
};
