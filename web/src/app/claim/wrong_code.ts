/** What to say after a wrong code; the camera's own sentence names how many tries are left. */

import { words } from "../words";

export function wrongCode(message: string): string {
  if (/no tries left/.test(message)) return words.claim.codeSpent;
  const left = /(\d+) (?:try|tries) left/.exec(message)?.[1];
  return left ? words.claim.codeWrongLeft(Number(left)) : words.claim.codeWrong;
}
