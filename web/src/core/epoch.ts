/** One journal file: its head, its records, its chain of roots. */

import { equalBytes, fromBase64Url, fromUtf8, toHex, utf8 } from "./bytes";
import { FormatError } from "./errors";
import { hasHole } from "./holes";
import { readRecord } from "./journal_record";
import type { EpochFile, JournalPin, JournalProblem, JournalRecord } from "./journal_types";
import { firstRoot, nextRoot, Ratchet, RECORD_BYTES } from "./ratchet";
import { decrypterOf } from "./ring";
import { Shape } from "./shape";

const MAGIC = utf8("STOOPJ1\n");
const AGE_START = MAGIC.length + 4;

export interface EpochHead {
  readonly camera: string;
  readonly epoch: number;
  readonly key: Uint8Array;
  readonly openedAtMs: number;
  readonly previous: JournalPin | null;
  /** Where record 0 begins. */
  readonly recordsStart: number;
}

export interface Epoch {
  /** As the file is named. */
  readonly epoch: number;
  /** Null when it could not be opened; then no record is read. */
  readonly head: EpochHead | null;
  readonly records: readonly JournalRecord[];
  /** Whole records on disk, readable or not. */
  readonly recordCount: number;
  /** Hex root after record i stands at i + 1; only those asked for are kept. */
  readonly roots: ReadonlyMap<number, string>;
  readonly problems: readonly JournalProblem[];
  /** Sealed to none of this browser's identities; `problems` says altered until a record explains it. */
  readonly isForeign: boolean;
}

/** Where record 0 begins; it takes no key. Raises FormatError when the file is none of ours. */
function recordsStartOf(file: EpochFile): number {
  const bytes = file.bytes;
  if (bytes.length < AGE_START || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC))
    throw new FormatError(`epoch ${file.epoch} is no journal file`);
  const recordsStart = AGE_START + new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length);
  if (recordsStart > bytes.length) throw new FormatError(`epoch ${file.epoch} is cut in its head`);
  return recordsStart;
}

/** Raises FormatError when the file is none of ours, and what age raises when the identity does not open it. */
export async function openHead(file: EpochFile, identity: string): Promise<EpochHead> {
  const recordsStart = recordsStartOf(file);
  const decrypter = decrypterOf(identity);
  const json = fromUtf8(await decrypter.decrypt(file.bytes.subarray(AGE_START, recordsStart)));
  return readHead(Shape.parse(json, `head of epoch ${file.epoch}`), file.epoch, recordsStart);
}

function readHead(shape: Shape, fileEpoch: number, recordsStart: number): EpochHead {
  if (shape.count("v") !== 1) throw new FormatError(`epoch ${fileEpoch} is of version ${shape.count("v")}`);
  const epoch = shape.count("epoch");
  if (epoch !== fileEpoch) throw new FormatError(`the file of epoch ${fileEpoch} holds epoch ${epoch}`);
  const key = fromBase64Url(shape.text("key"));
  if (key.length !== 32) throw new FormatError(`the key of epoch ${epoch} has ${key.length} bytes, not 32`);
  const previous = shape.orNull("previous", (s) => {
    const link = s.object("previous");
    return { epoch: link.count("epoch"), records: link.count("records"), root: link.hex("root", 32) };
  });
  const openedAtMs = shape.amount("opened_at_ms");
  return { camera: shape.text("camera"), epoch, key, openedAtMs, previous, recordsStart };
}

/** Reads all records; `pause` is awaited every few of them. `wantedRoots` are the counts whose roots to keep. */
export async function readEpoch(
  file: EpochFile,
  identity: string,
  wantedRoots: ReadonlySet<number>,
  pause: (readRecords: number) => Promise<void>,
): Promise<Epoch> {
  let head: EpochHead;
  try {
    head = await openHead(file, identity);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const problem = { verdict: "altered", epoch: file.epoch, index: null, detail } as const;
    const isForeign = error instanceof Error && error.message.startsWith("no identity matched");
    const seen = isForeign ? await rootsOf(file, wantedRoots, pause) : { recordCount: 0, roots: new Map() };
    return { epoch: file.epoch, head: null, records: [], ...seen, problems: [problem], isForeign };
  }
  const recordCount = Math.floor((file.bytes.length - head.recordsStart) / RECORD_BYTES);
  const reader = new RecordReader(file, head, recordCount, wantedRoots);
  for (let index = 0; index < recordCount; index++) {
    reader.next(index);
    await (index % 64 === 63 ? pause(64) : undefined);
  }
  const isTorn = (file.bytes.length - head.recordsStart) % RECORD_BYTES !== 0;
  if (isTorn) reader.reportTorn();
  return { epoch: file.epoch, head, recordCount, ...reader, isForeign: false };
}

/** The chain covers what is stored, so that it is known of an epoch that does not open, too. */
async function rootsOf(
  file: EpochFile,
  wantedRoots: ReadonlySet<number>,
  pause: (readRecords: number) => Promise<void>,
): Promise<Pick<Epoch, "recordCount" | "roots">> {
  const start = recordsStartOf(file);
  const recordCount = Math.floor((file.bytes.length - start) / RECORD_BYTES);
  const roots = new Map<number, string>();
  let root = firstRoot(file.bytes.subarray(0, start));
  for (let count = 0; ; count++) {
    if (count === recordCount || wantedRoots.has(count)) roots.set(count, toHex(root));
    if (count === recordCount) return { recordCount, roots };
    const at = start + count * RECORD_BYTES;
    root = nextRoot(root, file.bytes.subarray(at, at + RECORD_BYTES));
    await (count % 64 === 63 ? pause(64) : undefined);
  }
}

class RecordReader {
  readonly records: JournalRecord[] = [];
  readonly problems: JournalProblem[] = [];
  readonly roots = new Map<number, string>();
  readonly #file: EpochFile;
  readonly #head: EpochHead;
  readonly #ratchet: Ratchet;
  readonly #recordCount: number;
  readonly #isWanted: (count: number) => boolean;
  #root: Uint8Array;

  constructor(file: EpochFile, head: EpochHead, recordCount: number, wanted: ReadonlySet<number>) {
    this.#file = file;
    this.#head = head;
    this.#ratchet = new Ratchet(head.key, head.epoch);
    this.#recordCount = recordCount;
    this.#isWanted = (count) => count === recordCount || wanted.has(count);
    this.#root = firstRoot(file.bytes.subarray(0, head.recordsStart));
    this.#keepRoot(0);
  }

  next(index: number): void {
    const start = this.#head.recordsStart + index * RECORD_BYTES;
    const stored = this.#file.bytes.subarray(start, start + RECORD_BYTES);
    this.#root = nextRoot(this.#root, stored);
    this.#keepRoot(index + 1);
    const json = this.#ratchet.open(stored);
    if (!json) {
      if (index === this.#recordCount - 1 && hasHole(stored)) this.reportTorn();
      else this.report("altered", index, "this record was altered");
      return;
    }
    try {
      this.records.push(readRecord(fromUtf8(json), this.#head.epoch, index));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.report("altered", index, error.message);
    }
  }

  reportTorn(): void {
    this.report("torn_tail", null, "the last record was being written when the power went");
  }

  report(verdict: JournalProblem["verdict"], index: number | null, detail: string): void {
    this.problems.push({ verdict, epoch: this.#head.epoch, index, detail });
  }

  #keepRoot(count: number): void {
    if (this.#isWanted(count)) this.roots.set(count, toHex(this.#root));
  }
}
