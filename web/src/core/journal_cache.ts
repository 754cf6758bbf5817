/** What this page has read of the journal already, in memory only: just what is new is fetched and opened again. */

import type { Api } from "./api";
import { type Bytes, concatBytes } from "./bytes";
import type { Epoch } from "./epoch";
import type { EpochFile } from "./journal_types";
import type { ListedEpoch } from "./messages";

interface Read {
  readonly identity: string;
  readonly bytes: Bytes;
  readonly epoch: Epoch;
}

/** Files of the journal only grow; one that shrank is fetched whole. `forget` after a finding, so that it is looked at anew. */
export class JournalCache {
  readonly #files = new Map<number, Bytes>();
  readonly #read = new Map<number, Read>();

  async file(api: Api, listed: ListedEpoch, signal?: AbortSignal): Promise<EpochFile> {
    const known = this.#files.get(listed.epoch);
    const bytes = known ? await this.#grown(api, listed, known, signal) : null;
    const whole = bytes ?? (await api.journalFile(listed.epoch, signal));
    this.#files.set(listed.epoch, whole);
    return { epoch: listed.epoch, bytes: whole };
  }

  /** Null when what is known is no beginning of what is there. */
  async #grown(api: Api, listed: ListedEpoch, known: Bytes, signal?: AbortSignal): Promise<Bytes | null> {
    if (listed.bytes === known.length) return known;
    if (listed.bytes < known.length) return null;
    const part = await api.journalRanges(listed.epoch)(known.length, listed.bytes, signal);
    return part.bytes.length > 0 ? concatBytes(known, part.bytes) : null;
  }

  /** What `read` gave for the same bytes before, if it holds all roots that are wanted now. */
  async epoch(
    file: EpochFile,
    identity: string,
    wantedRoots: ReadonlySet<number>,
    read: () => Promise<Epoch>,
  ): Promise<Epoch> {
    const known = this.#read.get(file.epoch);
    const isSame = known?.bytes === file.bytes && known.identity === identity;
    if (known && isSame && [...wantedRoots].every((count) => known.epoch.roots.has(count)))
      return known.epoch;
    const epoch = await read();
    this.#read.set(file.epoch, { identity, bytes: file.bytes, epoch });
    return epoch;
  }

  forget(): void {
    this.#files.clear();
    this.#read.clear();
  }
}
