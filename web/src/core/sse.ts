/** Server-sent events (HTML standard, section 9.2.6): bytes in, messages out; no I/O. */

export interface SseMessage {
  readonly event: string;
  readonly data: string;
}

const MAX_PENDING_CHARS = 1 << 20;

export class SseParser {
  readonly #decoder = new TextDecoder();
  #pending = "";
  #event = "";
  #data: string[] = [];

  /** The messages that are now whole; throws RangeError when a line never ends. */
  feed(bytes: Uint8Array): SseMessage[] {
    this.#pending += this.#decoder.decode(bytes, { stream: true });
    if (this.#pending.length > MAX_PENDING_CHARS)
      throw new RangeError("a line of the event stream is too long");
    const messages: SseMessage[] = [];
    // A CR at the very end may be half of CRLF: it waits for what follows.
    for (
      let match = /\r\n|\n|\r(?!$)/.exec(this.#pending);
      match;
      match = /\r\n|\n|\r(?!$)/.exec(this.#pending)
    ) {
      const line = this.#pending.slice(0, match.index);
      this.#pending = this.#pending.slice(match.index + match[0].length);
      const message = this.#line(line);
      if (message) messages.push(message);
    }
    return messages;
  }

  #line(line: string): SseMessage | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.#event = value;
    else if (name === "data") this.#data.push(value);
    return null;
  }

  #dispatch(): SseMessage | null {
    const message = { event: this.#event || "message", data: this.#data.join("\n") };
    const isEmpty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return isEmpty ? null : message;
  }
}
