/** The requests that the journal tells of, with by when each is to be answered; pure. */

import type { AccessEntry } from "../../core/cards";
import type { RightKind } from "../../core/messages";

export interface Request {
  readonly right: string;
  readonly kind: RightKind;
  readonly about: string;
  readonly atMs: number;
  readonly dueMs: number;
  /** How it was answered; null while it is open. */
  readonly how: string | null;
}

/** One calendar month later, at the end of a shorter one where the day is missing (GDPR article 12(3)). */
export function monthAfter(atMs: number): number {
  const at = new Date(atMs);
  const due = new Date(atMs);
  due.setMonth(at.getMonth() + 1);
  if (due.getDate() !== at.getDate()) due.setDate(0);
  return due.getTime();
}

/** The most urgent open one first, then those that were answered, newest first. */
export function requestsOf(entries: readonly AccessEntry[]): readonly Request[] {
  const ends = new Map<string, string>();
  for (const entry of entries) if (entry.what === "right_closed") ends.set(entry.right, entry.how);
  const requests: Request[] = [];
  for (const entry of entries) {
    if (entry.what !== "right_noted") continue;
    const { right, kind, about, atMs } = entry;
    requests.push({ right, kind, about, atMs, dueMs: monthAfter(atMs), how: ends.get(right) ?? null });
  }
  const rank = (request: Request) => (request.how === null ? request.dueMs : 1e15 - request.atMs);
  return requests.sort((a, b) => rank(a) - rank(b));
}
