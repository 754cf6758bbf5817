/** What this browser keeps for one camera; the identity only wrapped under a key that cannot be taken out. */

import { fromUtf8, randomBytes, utf8 } from "./bytes";
import type { DeviceKey } from "./device_key";
import { NoKeyError } from "./errors";
import type { JournalPin } from "./journal_types";

export { openIndexedDb } from "./indexed_db";

/** Where values live: IndexedDB in the browser, memory in tests. Values are structured-cloneable. */
export interface ValueStore {
  get(key: string): Promise<unknown>;
  /** Returns once the value is safe. */
  put(key: string, value: unknown): Promise<void>;
  clear(): Promise<void>;
}

export class MemoryStore implements ValueStore {
  readonly #values = new Map<string, unknown>();

  async get(key: string): Promise<unknown> {
    return this.#values.get(key);
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#values.set(key, value);
  }

  async clear(): Promise<void> {
    this.#values.clear();
  }
}

interface WrappedIdentity {
  readonly key: CryptoKey;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

export class KeyStore {
  readonly #values: ValueStore;

  constructor(values: ValueStore) {
    this.#values = values;
  }

  async deviceKey(): Promise<DeviceKey | null> {
    return ((await this.#values.get("device-key")) as DeviceKey | undefined) ?? null;
  }

  async saveDeviceKey(key: DeviceKey): Promise<void> {
    await this.#values.put("device-key", key);
  }

  /**
   * The owner's age identity, or null where this browser holds none (a viewer, or not paired).
   *
   * Raises NoKeyError when what is kept does not open.
   */
  async identity(): Promise<string | null> {
    const kept = (await this.#values.get("identity")) as WrappedIdentity | undefined;
    if (!kept) return null;
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, kept.key, kept.sealed);
      return fromUtf8(new Uint8Array(plain));
    } catch (cause) {
      throw new NoKeyError("the key kept in this browser is damaged: enter the recovery sheet", { cause });
    }
  }

  async saveIdentity(identity: string): Promise<void> {
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    const iv = randomBytes(12);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, utf8(identity));
    await this.#values.put("identity", { key, iv, sealed } satisfies WrappedIdentity);
  }

  async cameraId(): Promise<string | null> {
    return ((await this.#values.get("camera-id")) as string | undefined) ?? null;
  }

  /** Another camera than before begins a record of its own: the pin of the old one goes. */
  async saveCameraId(id: string): Promise<void> {
    if ((await this.cameraId()) !== id) await this.#values.put("pin", null);
    await this.#values.put("camera-id", id);
  }

  /** How far this browser has seen the journal. */
  async pin(): Promise<JournalPin | null> {
    return ((await this.#values.get("pin")) as JournalPin | null | undefined) ?? null;
  }

  async savePin(pin: JournalPin): Promise<void> {
    await this.#values.put("pin", pin);
  }

  /** **Also forgets the identity:** without a recovery sheet or another owner's browser, clips stay shut. */
  async forgetAll(): Promise<void> {
    await this.#values.clear();
  }
}
