/** ValueStore on IndexedDB, which keeps non-extractable CryptoKeys as they are. */

import { StoopError } from "./errors";
import type { ValueStore } from "./key_store";

const TABLE = "values";

/** Raises StoopError where the browser keeps nothing (some private windows). */
export async function openIndexedDb(name = "stoop"): Promise<ValueStore> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
  const database = await settled(opening);
  return new IndexedDbStore(database);
}

class IndexedDbStore implements ValueStore {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
    // Another tab that wants a newer layout must not wait for this one.
    database.onversionchange = () => database.close();
  }

  get(key: string): Promise<unknown> {
    return settled(this.#database.transaction(TABLE, "readonly").objectStore(TABLE).get(key));
  }

  put(key: string, value: unknown): Promise<void> {
    return this.#write((table) => table.put(value, key));
  }

  clear(): Promise<void> {
    return this.#write((table) => table.clear());
  }

  async #write(change: (table: IDBObjectStore) => IDBRequest): Promise<void> {
    const transaction = this.#database.transaction(TABLE, "readwrite", { durability: "strict" });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(failure(transaction.error));
    });
    change(transaction.objectStore(TABLE));
    await done;
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failure(request.error));
  });
}

function failure(cause: unknown): StoopError {
  return new StoopError("this browser keeps no keys: leave the private window or free some space", { cause });
}
