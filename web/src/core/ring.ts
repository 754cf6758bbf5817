/**
 * The owner's identities, newest first, one a line: what a browser keeps, a pairing hands over and the sheet prints.
 * Older ones stay for ever: an old recording may need them (docs/design/0006).
 */

import { Decrypter } from "age-encryption";
import { StoopError } from "./errors";

/** More is no household's; the hand-over of a pairing has room for so many. */
export const MOST_IDENTITIES = 32;

export function identitiesIn(ring: string): readonly string[] {
  return ring.split("\n").filter((line) => line !== "");
}

/** The identities of `first`, then those of `second` that are not among them. Raises StoopError past 32. */
export function joinRings(first: string, second: string | null): string {
  const all = [...new Set([...identitiesIn(first), ...identitiesIn(second ?? "")])];
  if (all.length > MOST_IDENTITIES)
    throw new StoopError(`a browser keeps ${MOST_IDENTITIES} keys at most, and this would be ${all.length}`);
  return all.join("\n");
}

/** Opens what any identity of the ring opens. */
export function decrypterOf(ring: string): Decrypter {
  const decrypter = new Decrypter();
  for (const identity of identitiesIn(ring)) decrypter.addIdentity(identity);
  return decrypter;
}
