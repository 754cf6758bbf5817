/** From an error to the sentence that says what to do. */

import { AlteredError, ApiError, NoAnswerError, NoKeyError } from "../core/errors";
import { words } from "./words";

const BY_CODE: Readonly<Record<string, string>> = {
  unknown_device: words.errors.removed,
  bad_signature: words.errors.signedOut,
  not_signed_in: words.errors.signedOut,
  forbidden: words.errors.forbidden,
  conflict: words.errors.conflict,
  too_many: words.errors.tooMany,
  storage: words.errors.storage,
  not_found: words.errors.notFound,
  internal: words.errors.internal,
  bad_nonce: words.errors.noAnswer,
  camera_away: words.errors.noAnswer,
};

export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) return BY_CODE[error.code] ?? words.errors.internal;
  if (error instanceof NoAnswerError || error instanceof TypeError) return words.errors.noAnswer;
  if (error instanceof NoKeyError) return words.errors.noKey;
  if (error instanceof AlteredError) return words.errors.altered;
  return words.errors.internal;
}
