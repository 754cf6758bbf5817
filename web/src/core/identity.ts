/** The owner's age identity: made here, shown once as a recovery sheet, read back from what is typed. */

import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { FormatError } from "./errors";
import { joinRings } from "./ring";

const GROUP_CHARS = 5;
const GROUPS_A_LINE = 4;

/** A new post-quantum identity, `AGE-SECRET-KEY-PQ-1…`. */
export function createIdentity(): Promise<string> {
  return generateHybridIdentity();
}

/** The public half, `age1pq1…` (or `age1…` of a classic identity). */
export function recipientOf(identity: string): Promise<string> {
  return identityToRecipient(identity);
}

/** What the owner prints or writes down. **Whoever reads it opens every clip.** */
export interface RecoverySheet {
  /** The whole ring. */
  readonly identity: string;
  readonly cameraName: string;
  readonly cameraId: string;
  /** Groups of five characters, four to a line. */
  readonly lines: readonly (readonly string[])[];
  /** The lines as plain text. */
  readonly text: string;
}

export function recoverySheet(identity: string, cameraName: string, cameraId: string): RecoverySheet {
  const groups = split(identity, GROUP_CHARS, (start, end) => identity.slice(start, end));
  const lines = split(groups, GROUPS_A_LINE, (start, end) => groups.slice(start, end));
  const text = lines.map((line) => line.join(" ")).join("\n");
  return { identity, cameraName, cameraId, lines, text };
}

/**
 * The ring from typed or pasted text, whatever its spaces, line breaks and case; comment lines (`#`) are skipped. A sheet
 * that was printed after a change of keys holds several identities.
 *
 * Raises FormatError when a checksum does not fit.
 */
export async function parseIdentity(typed: string): Promise<string> {
  const lines = typed.split(/\r?\n/).filter((line) => !line.trimStart().startsWith("#"));
  const text = lines.join("").replace(/\s+/g, "").toUpperCase();
  if (!/^AGE-SECRET-KEY-(?:PQ-)?1/.test(text))
    throw new FormatError("the recovery key begins with AGE-SECRET-KEY: copy it from the first line on");
  const identities = text.split(/(?=AGE-SECRET-KEY-)/);
  try {
    await Promise.all(identities.map(recipientOf));
  } catch (cause) {
    throw new FormatError("a character of the recovery key is wrong or missing: compare it with the sheet", {
      cause,
    });
  }
  return joinRings(identities.join("\n"), null);
}

function split<T>(whole: ArrayLike<unknown>, size: number, take: (start: number, end: number) => T): T[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, i) => take(i * size, (i + 1) * size));
}
