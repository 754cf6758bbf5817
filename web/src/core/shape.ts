/** Reads JSON that others wrote: each member is asked for by name and type, anything else is a FormatError. */

import { FormatError } from "./errors";

export class Shape {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #what: string;

  /** `what` names the thing in errors. */
  constructor(value: unknown, what: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new FormatError(`${what} is no JSON object`);
    this.#members = value as Record<string, unknown>;
    this.#what = what;
  }

  static parse(text: string, what: string): Shape {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new FormatError(`${what} is no JSON`, { cause });
    }
    return new Shape(value, what);
  }

  /** For members that earlier versions did not write. */
  has(name: string): boolean {
    return Object.hasOwn(this.#members, name);
  }

  text(name: string): string {
    const value = this.#get(name);
    if (typeof value !== "string") throw this.#wrong(name, "text");
    return value;
  }

  /** A finite number of at least 0. */
  amount(name: string): number {
    const value = this.#get(name);
    if (typeof value !== "number" || !Number.isFinite(value) || value < 0)
      throw this.#wrong(name, "a number");
    return value;
  }

  /** A whole number of at least 0. */
  count(name: string): number {
    const value = this.amount(name);
    if (!Number.isSafeInteger(value)) throw this.#wrong(name, "a whole number");
    return value;
  }

  flag(name: string): boolean {
    const value = this.#get(name);
    if (typeof value !== "boolean") throw this.#wrong(name, "true or false");
    return value;
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.text(name);
    if (!(values as readonly string[]).includes(value)) throw this.#wrong(name, values.join(" or "));
    return value as T;
  }

  hex(name: string, bytes: number): string {
    const value = this.text(name);
    if (value.length !== bytes * 2 || !/^[0-9a-f]*$/.test(value))
      throw this.#wrong(name, `${bytes} bytes in hex`);
    return value;
  }

  list(name: string): readonly unknown[] {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw this.#wrong(name, "a list");
    return value;
  }

  object(name: string): Shape {
    return new Shape(this.#get(name), `${this.#what}: ${name}`);
  }

  /** Null stays null (and so does a missing member); anything else goes through `read`. */
  orNull<T>(name: string, read: (shape: this) => T): T | null {
    return this.#get(name) === null || this.#get(name) === undefined ? null : read(this);
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
  }

  #wrong(name: string, expected: string): FormatError {
    return new FormatError(`${this.#what}: ${name} is not ${expected}`);
  }
}
