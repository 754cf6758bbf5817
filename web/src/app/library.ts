/** The owner's clips and the record of what happened, read with the owner's key and kept fresh while a screen shows them. */

import type { Api } from "../core/api";
import { foldClips } from "../core/cards";
import { loadJournal } from "../core/journal";
import { JournalCache } from "../core/journal_cache";
import type { Journal } from "../core/journal_types";
import type { KeyStore } from "../core/key_store";
import type { ListedClip } from "../core/messages";
import { type Observable, Subject } from "../core/observable";
import { type Visit, visitsOf } from "./clips/visits";
import type { Home } from "./home";

export type Content =
  | { readonly kind: "loading"; readonly share: number }
  | { readonly kind: "no_key" }
  | { readonly kind: "failed"; readonly error: unknown }
  | {
      readonly kind: "ready";
      readonly journal: Journal;
      readonly files: readonly ListedClip[];
      readonly visits: readonly Visit[];
    };

const STALE_EVENTS = /^(clip|mask|devices|settings|viewers|camera|owner|key)\./;
const QUIET_MS = 700;

/** Reads when somebody looks (`watch`), and again after events; a failed refresh keeps what was read before. */
export class Library {
  readonly #api: Api;
  readonly #keys: KeyStore;
  readonly #home: Home;
  readonly #content = new Subject<Content>({ kind: "loading", share: 0 });
  readonly #cache = new JournalCache();
  #watchers = 0;
  #isReading = false;
  #isStale = true;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(api: Api, keys: KeyStore, home: Home) {
    this.#api = api;
    this.#keys = keys;
    this.#home = home;
    home.event.subscribe((event) => {
      if (event && STALE_EVENTS.test(event.kind)) this.refresh();
    });
    home.identity.subscribe(() => this.refresh());
  }

  get content(): Observable<Content> {
    return this.#content;
  }

  /** While somebody looks, events lead to reading again; returns what ends that. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#isStale) void this.#read();
    return () => {
      this.#watchers -= 1;
    };
  }

  /** Marks what was read as old. Several calls in a row read once. */
  refresh(): void {
    this.#isStale = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#watchers > 0) void this.#read();
    }, QUIET_MS);
  }

  async #read(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    this.#isStale = false;
    try {
      this.#content.set(await this.#load());
    } catch (error) {
      if (this.#content.value.kind !== "ready") this.#content.set({ kind: "failed", error });
      this.#isStale = true;
    } finally {
      this.#isReading = false;
    }
  }

  async #load(): Promise<Content> {
    if (!(await this.#keys.identity())) return { kind: "no_key" };
    const isFirst = this.#content.value.kind !== "ready";
    const onProgress = (share: number) => {
      if (isFirst) this.#content.set({ kind: "loading", share });
    };
    const files = await this.#api.clips();
    const journal = await loadJournal(this.#api, this.#keys, { onProgress, cache: this.#cache });
    const recording = this.#home.camera.value?.recording_clip ?? null;
    return { kind: "ready", journal, files, visits: visitsOf(foldClips(journal.records), files, recording) };
  }
}
