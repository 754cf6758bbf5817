/**
 * What can go wrong, by what the caller would do next:
 *
 * StoopError
 * ├── ApiError       the camera or the server refused: show the sentence, act on `code`
 * ├── NoAnswerError  nothing came back in time: offer to try again
 * ├── FormatError    typed or received text has the wrong shape: ask again
 * ├── NoKeyError     this browser does not hold the key that opens it
 * └── AlteredError   a sealed thing was changed after it was sealed: say so
 */

export class StoopError extends Error {
  override name = "StoopError";
}

export class ApiError extends StoopError {
  override name = "ApiError";
  /** One of the codes of section 6, or `http` when the answer was no error of ours. */
  readonly code: string;
  /** HTTP status. */
  readonly status: number;

  constructor(code: string, message: string, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** The session ended; a login mends it. Other 401s speak of the signature on a command. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401 && error.code === "not_signed_in";
}

export class NoAnswerError extends StoopError {
  override name = "NoAnswerError";
}

export class FormatError extends StoopError {
  override name = "FormatError";
}

export class NoKeyError extends StoopError {
  override name = "NoKeyError";
}

export class AlteredError extends StoopError {
  override name = "AlteredError";
}
