/** What a power cut leaves in a file that was not saved yet: stretches of zeros where pages never came. */

/** Sealed bytes hold so many zeros in a row once in 2^128. */
const LEAST_BYTES = 16;

/** Whether zeros stand in what should look like noise; they can be put there by hand too. */
export function hasHole(sealed: Uint8Array): boolean {
  let zeros = 0;
  for (const byte of sealed) {
    zeros = byte === 0 ? zeros + 1 : 0;
    if (zeros === LEAST_BYTES) return true;
  }
  return false;
}
