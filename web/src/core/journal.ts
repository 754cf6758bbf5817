/** Reads the whole journal and says how far it can be believed. */

import type { Api } from "./api";
import { digestsOf } from "./change_key";
import { type Epoch, readEpoch } from "./epoch";
import { NoKeyError } from "./errors";
import type { JournalCache } from "./journal_cache";
import type { EpochFile, Journal, JournalPin, JournalProblem, JournalVerdict } from "./journal_types";
import type { KeyStore } from "./key_store";
import { RECORD_BYTES } from "./ratchet";
import { breathe } from "./timing";

export interface ReadOptions {
  /** Where given, epochs of another camera count as altered. */
  readonly cameraId?: string | null;
  readonly pin?: JournalPin | null;
  readonly onProgress?: (share: number) => void;
  readonly signal?: AbortSignal | undefined;
  readonly cache?: JournalCache;
}

const WORST_FIRST: readonly JournalVerdict[] = [
  "altered",
  "rolled_back",
  "gap",
  "other_key",
  "older_key",
  "torn_tail",
];
/** Where the bytes themselves are in doubt. A key that is missing and a cut by the power stay, however often they are fetched. */
const TO_FETCH_ANEW: ReadonlySet<JournalVerdict> = new Set(["altered", "rolled_back", "gap"]);
/** Longest stretch of work without letting the page answer. */
const STRETCH_MS = 12;

/**
 * Reads the epochs in order and checks every record, every link to the epoch before, and the pin.
 *
 * What is altered is left out and reported; what can be read is given. Raises the signal's reason only.
 */
export async function readJournal(
  files: readonly EpochFile[],
  identity: string,
  options: ReadOptions = {},
): Promise<Journal> {
  const sorted = [...files].sort((a, b) => a.epoch - b.epoch);
  const pin = options.pin ?? null;
  const pause = pacer(sorted, options);
  const epochs: Epoch[] = [];
  for (const file of sorted) {
    const wanted = new Set(pin?.epoch === file.epoch ? [pin.records] : []);
    const read = () => readEpoch(file, identity, wanted, pause);
    epochs.push(await (options.cache ? options.cache.epoch(file, identity, wanted, read) : read()));
  }
  const held = epochs.some((epoch) => epoch.isForeign) ? await digestsOf(identity) : new Set<string>();
  const problems = epochs.flatMap((epoch, i) => [
    ...(explanation(epochs, i, held) ?? epoch.problems),
    ...headProblems(epoch, options.cameraId ?? null),
    ...linkProblems(epoch, epochs[i - 1] ?? null),
  ]);
  problems.push(...pinProblems(epochs, pin));
  const verdict = WORST_FIRST.find((worst) => problems.some((p) => p.verdict === worst)) ?? "complete";
  options.onProgress?.(1);
  return {
    records: epochs.flatMap((epoch) => epoch.records),
    verdict,
    problems,
    pin: nextPin(epochs, verdict),
  };
}

/**
 * Fetches the journal, reads it, compares it with the kept pin, and keeps the new one.
 *
 * Raises NoKeyError in a browser without the identity, ApiError, NoAnswerError, the signal's reason.
 */
export async function loadJournal(
  api: Api,
  keys: KeyStore,
  options: Pick<ReadOptions, "onProgress" | "signal" | "cache"> = {},
): Promise<Journal> {
  const identity = await keys.identity();
  if (identity === null)
    throw new NoKeyError("this browser holds no key to the recordings: enter the recovery sheet");
  const files: EpochFile[] = [];
  for (const listed of await api.epochs())
    files.push(
      options.cache
        ? await options.cache.file(api, listed, options.signal)
        : { epoch: listed.epoch, bytes: await api.journalFile(listed.epoch, options.signal) },
    );
  const [cameraId, pin] = [await keys.cameraId(), await keys.pin()];
  const journal = await readJournal(files, identity, { ...options, cameraId, pin });
  if (journal.pin) await keys.savePin(journal.pin);
  if (TO_FETCH_ANEW.has(journal.verdict)) options.cache?.forget();
  return journal;
}

function pacer(files: readonly EpochFile[], options: ReadOptions): (readRecords: number) => Promise<void> {
  const total = files.reduce((sum, file) => sum + file.bytes.length, 0) / RECORD_BYTES;
  let done = 0;
  let stretchStart = performance.now();
  return async (readRecords) => {
    done += readRecords;
    if (performance.now() - stretchStart < STRETCH_MS) return;
    options.onProgress?.(Math.min(1, done / total));
    await breathe();
    options.signal?.throwIfAborted();
    stretchStart = performance.now();
  };
}

/**
 * Why an epoch is sealed to a key that this browser lacks; null where nothing says so. Either the last epoch before it that
 * opened names a new key which is none of `held`, or all that opens comes after it. That one was not exchanged is known only
 * where the epoch behind it opens, or the pin names it; of the others, once the missing key is there.
 */
function explanation(
  epochs: readonly Epoch[],
  at: number,
  held: ReadonlySet<string>,
): JournalProblem[] | null {
  const epoch = epochs[at];
  if (!epoch?.isForeign) return null;
  const lacks = (verdict: "other_key" | "older_key", which: string): JournalProblem[] => [
    {
      verdict,
      epoch: epoch.epoch,
      index: null,
      detail: `this epoch is sealed to ${which} that this browser lacks`,
    },
  ];
  const before = epochs.slice(0, at).findLast((each) => each.head !== null);
  if (!before) return epochs.some((each) => each.head !== null) ? lacks("older_key", "an older key") : null;
  const change = before.records.findLast((record) => record.t === "key.changed");
  return change && !held.has(change.recipient) ? lacks("other_key", "a key") : null;
}

function headProblems(epoch: Epoch, cameraId: string | null): JournalProblem[] {
  if (!epoch.head || cameraId === null || epoch.head.camera === cameraId) return [];
  const detail = `this epoch belongs to camera ${epoch.head.camera}`;
  return [{ verdict: "altered", epoch: epoch.epoch, index: null, detail }];
}

function linkProblems(epoch: Epoch, before: Epoch | null): JournalProblem[] {
  const report = (verdict: "gap" | "altered", detail: string): JournalProblem[] => [
    { verdict, epoch: epoch.epoch, index: null, detail },
  ];
  if (!epoch.head) {
    const due = before ? before.epoch + 1 : 0; // the camera counts from 0, leaves none out and lets none go
    return epoch.isForeign && epoch.epoch !== due ? report("gap", `epoch ${due} is missing`) : [];
  }
  const link = epoch.head.previous;
  if (!link)
    return before ? report("altered", `it follows none, and yet epoch ${before.epoch} is there`) : [];
  if (!before || before.epoch < link.epoch) return report("gap", `epoch ${link.epoch} before it is missing`);
  if (before.epoch > link.epoch)
    return report("altered", `epoch ${before.epoch} was not there when it began`);
  if (before.roots.size === 0) return [];
  if (before.recordCount < link.records)
    return report("gap", `${link.records - before.recordCount} records of epoch ${link.epoch} are missing`);
  if (before.recordCount > link.records || before.roots.get(before.recordCount) !== link.root)
    return report("altered", `epoch ${link.epoch} has changed since it ended`);
  return [];
}

function pinProblems(epochs: readonly Epoch[], pin: JournalPin | null): JournalProblem[] {
  if (!pin) return [];
  const report = (verdict: "rolled_back" | "altered", detail: string): JournalProblem[] => [
    { verdict, epoch: pin.epoch, index: null, detail },
  ];
  const epoch = epochs.find((e) => e.epoch === pin.epoch);
  if (!epoch) return report("rolled_back", "this browser has seen this epoch, and it is gone");
  if (epoch.roots.size === 0) return [];
  if (epoch.recordCount < pin.records)
    return report("rolled_back", `this browser has seen ${pin.records - epoch.recordCount} more records`);
  if (epoch.roots.get(pin.records) !== pin.root)
    return report("altered", "what this browser has seen here was changed");
  return [];
}

/** The newest point that holds; an old pin that did not hold stays, so that the finding does not vanish. */
function nextPin(epochs: readonly Epoch[], verdict: JournalVerdict): JournalPin | null {
  const last = epochs.at(-1);
  const root = last?.roots.get(last.recordCount);
  if (verdict === "altered" || verdict === "rolled_back" || !last?.head || root === undefined) return null;
  return { epoch: last.epoch, records: last.recordCount, root };
}
