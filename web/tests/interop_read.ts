/** Reads a vault's folder with the browser's own code and says what it found, as JSON: run by tests/interop. */

import { accessLog, foldClips } from "../src/core/cards";
import { readClipHead, readClosedBox } from "../src/core/clip";
import { decryptClip, verifySealedClip } from "../src/core/download";
import { createIdentity, recipientOf } from "../src/core/identity";
import { readJournal } from "../src/core/journal";
import { rangesOf } from "../src/core/ranges";
import { SealedFile } from "../src/core/sealed_file";
import { openThumbnail } from "../src/core/thumbnail";

export interface Folder {
  list(folder: string): readonly string[];
  read(path: string): Uint8Array<ArrayBuffer>;
  write(path: string, bytes: Uint8Array): void;
}

export async function makeIdentity() {
  const identity = await createIdentity();
  return { identity, recipient: await recipientOf(identity) };
}

export async function readVault(folder: Folder, identity: string, cameraId: string) {
  const files = folder.list("journal").map((name) => ({
    epoch: Number.parseInt(name, 16),
    bytes: folder.read(`journal/${name}`),
  }));
  const begun = performance.now();
  const journal = await readJournal(files, identity, { cameraId });
  const journal_ms = performance.now() - begun;
  const cards = foldClips(journal.records);
  const clips = [];
  for (const name of folder.list("clips"))
    clips.push(await readClip(folder, name.replace(".age", ""), identity));
  for (const card of cards) {
    if (card.state !== "closed") continue;
    const sealed = folder.read(`clips/${card.id}.age`);
    await verifySealedClip(rangesOf(sealed), { bytes: card.bytes ?? 0, sha256: card.sha256 ?? "" });
    if (!card.thumbKey) continue;
    const jpeg = await openThumbnail(folder.read(`thumbs/${card.id}.thumb`), card.thumbKey, card.id);
    folder.write(`${card.id}.jpg`, jpeg);
  }
  return {
    verdict: journal.verdict,
    records: journal.records.length,
    kinds: journal.records.map((record) => record.t),
    cards: cards.map(({ id, state, bytes, durationMs }) => ({ id, state, bytes, duration_ms: durationMs })),
    access: accessLog(journal.records).map((entry) => entry.what),
    clips,
    journal_ms,
  };
}

async function readClip(folder: Folder, id: string, identity: string) {
  const file = await SealedFile.open(rangesOf(folder.read(`clips/${id}.age`)), identity);
  const head = await readClipHead(file);
  const closed = await readClosedBox(file);
  const { blob, endedEarly, altered } = await decryptClip(file);
  folder.write(`${id}.mp4`, new Uint8Array(await blob.arrayBuffer()));
  const keyTypes = [];
  for (const key of closed?.keys ?? []) {
    const start = await file.read(key.offset, key.offset + 8);
    keyTypes.push(new TextDecoder().decode(start.subarray(4)));
  }
  return {
    id,
    codec: head.codec,
    ended_early: endedEarly,
    altered,
    keys: closed?.keys ?? [],
    key_types: keyTypes,
  };
}
