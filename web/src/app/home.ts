/** Where this browser stands with its camera: reaching it, set up, paired, signed in; and the camera's state as it changes. */

import type { Api, Watching } from "../core/api";
import { holdsKeyInForce } from "../core/change_key";
import { deviceSigner } from "../core/device_key";
import { openHead } from "../core/epoch";
import { ApiError, NoKeyError } from "../core/errors";
import type { KeyStore } from "../core/key_store";
import type { CameraEvent, CameraState, Hello, Me } from "../core/messages";
import { type Observable, Subject } from "../core/observable";
import { joinRings } from "../core/ring";

export type Stage =
  | { readonly kind: "looking" }
  | { readonly kind: "unreachable"; readonly isStarting: boolean }
  | { readonly kind: "unclaimed"; readonly hello: Hello }
  | { readonly kind: "unpaired"; readonly wasRemoved: boolean }
  | { readonly kind: "signed_out" }
  | { readonly kind: "in"; readonly me: Me };

const RETRY_MS = 2000;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** One for the page's life. All failures end in a stage; none is thrown by `start`. */
export class Home {
  readonly #api: Api;
  readonly #keys: KeyStore;
  readonly #stage = new Subject<Stage>({ kind: "looking" });
  readonly #camera = new Subject<CameraState | null>(null);
  readonly #isConnected = new Subject(true);
  readonly #event = new Subject<CameraEvent | null>(null);
  readonly #identity = new Subject<string | null>(null);
  readonly #lacksKey = new Subject<boolean | null>(null);
  #watching: Watching | null = null;
  #attempt = 0;

  constructor(api: Api, keys: KeyStore) {
    this.#api = api;
    this.#keys = keys;
  }

  get stage(): Observable<Stage> {
    return this.#stage;
  }
  /** The newest state, or null before the first. */
  get camera(): Observable<CameraState | null> {
    return this.#camera;
  }
  /** False while the page hears nothing from the camera, be it the network, the server or the camera itself. */
  get isConnected(): Observable<boolean> {
    return this.#isConnected;
  }
  get event(): Observable<CameraEvent | null> {
    return this.#event;
  }
  /** What opens the clips, where this browser holds it. */
  get identity(): Observable<string | null> {
    return this.#identity;
  }

  /** True where the key was changed on another device, and this one does not have the new one; null until that is known. */
  get lacksKey(): Observable<boolean | null> {
    return this.#lacksKey;
  }

  /** Finds the camera, however long that takes, and signs in where this browser is paired. */
  async start(): Promise<void> {
    this.#attempt += 1;
    const attempt = this.#attempt;
    while (attempt === this.#attempt) {
      try {
        const hello = await this.#api.hello();
        if (hello.online && typeof hello.claimed === "boolean") return await this.#meet(hello);
        this.#stage.set({ kind: "unreachable", isStarting: true });
      } catch {
        this.#stage.set({ kind: "unreachable", isStarting: false });
      }
      await pause(RETRY_MS);
    }
  }

  async #meet(hello: Hello): Promise<void> {
    if (!hello.claimed) {
      this.#stage.set({ kind: "unclaimed", hello });
      return;
    }
    const key = await this.#keys.deviceKey();
    if (!key || (await this.#keys.cameraId()) !== hello.camera) {
      this.#stage.set({ kind: "unpaired", wasRemoved: false });
      return;
    }
    this.#api.setSigner(deviceSigner(key));
    try {
      await this.enter(await this.#api.session());
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#stage.set({ kind: "unpaired", wasRemoved: error.code === "unknown_device" });
    }
  }

  /** Whether this camera knows this browser's key: true after a claim or pairing whose answer got lost. */
  async isMine(): Promise<boolean> {
    const key = await this.#keys.deviceKey();
    if (!key) return false;
    this.#api.setSigner(deviceSigner(key));
    return this.#api.session().then(
      () => true,
      () => false,
    );
  }

  /** Takes up the session: loads the keys and follows the camera. Also after a claim or a pairing. */
  async enter(me?: Me): Promise<void> {
    const who = me ?? (await this.#api.session());
    this.#identity.set(await this.#keys.identity());
    this.#camera.set(await this.#api.state());
    this.#follow();
    this.#stage.set({ kind: "in", me: who });
    if (who.role !== "owner") return this.#lacksKey.set(false);
    void this.#offerTime();
    void this.#checkKey();
  }

  /** A camera without internet and clock chip starts in 1970; it takes this only while nobody told it better. */
  async #offerTime(): Promise<void> {
    await this.#api.command("clock.offer", { at_ms: Date.now() }).catch(() => undefined); // offered again next time
  }

  #follow(): void {
    this.#watching?.close();
    this.#isConnected.set(true);
    this.#watching = this.#api.events({
      state: (state) => this.#camera.set(state),
      event: (event) => {
        this.#event.set(event);
        if (event.kind === "key.changed") void this.#checkKey();
      },
      // The server tells of the camera process first thing on every connection.
      link: (isOnline) => this.#isConnected.set(isOnline),
      connection: (isConnected) => this.#isConnected.set(isConnected),
      refused: (error) => {
        if (error.code === "unknown_device") this.removed();
      },
    });
  }

  /** Raises NoKeyError, and keeps nothing, when it does not open this camera's newest record. */
  async saveIdentity(identity: string): Promise<void> {
    const newest = (await this.#api.epochs()).at(-1);
    if (newest) {
      const file = { epoch: newest.epoch, bytes: await this.#api.journalFile(newest.epoch) };
      await openHead(file, identity).catch((cause: unknown) => {
        throw new NoKeyError("the recovery key does not open this camera's record", { cause });
      });
    }
    const ring = joinRings(identity, await this.#keys.identity().catch(() => null));
    await this.#keys.saveIdentity(ring);
    this.useRing(ring);
  }

  /** What opens the clips has changed, and is kept already. */
  useRing(ring: string): void {
    this.#identity.set(ring);
    void this.#checkKey();
  }

  /** The camera's word, through the server: it decides what is said on the page, and nothing else. */
  async #checkKey(): Promise<void> {
    const ring = this.#identity.value;
    const holds = ring === null || (await holdsKeyInForce(this.#api, ring).catch(() => true));
    if (this.#identity.value === ring) this.#lacksKey.set(!holds);
  }

  async signOut(): Promise<void> {
    this.#watching?.close();
    this.#watching = null;
    await this.#api.logout();
    this.#stage.set({ kind: "signed_out" });
  }

  /** For a session that ended for good: this device is no longer known. */
  removed(): void {
    this.#watching?.close();
    this.#watching = null;
    this.#stage.set({ kind: "unpaired", wasRemoved: true });
  }
}
