/** Sends one value at a time; of those that come meanwhile only the newest is sent next. */

export class Latest<T> {
  readonly #send: (value: T) => Promise<void>;
  #waiting: { readonly value: T } | null = null;
  #running: Promise<void> | null = null;

  constructor(send: (value: T) => Promise<void>) {
    this.#send = send;
  }

  /** Resolves when the newest value that is known by then was sent; rejects with what sending it raised. */
  set(value: T): Promise<void> {
    this.#waiting = { value };
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    let failure: { readonly error: unknown } | null = null;
    while (this.#waiting) {
      const { value } = this.#waiting;
      this.#waiting = null;
      failure = await this.#send(value).then(
        () => null,
        (error: unknown) => ({ error }),
      );
    }
    if (failure) throw failure.error;
  }
}
