import type { DeviceKey } from "./device_key";
import type { JournalPin } from "./journal_types";
export interface ValueStore { get(key: string): Promise<unknown>; put(key: string, value: unknown): Promise<void>; delete(key: string): Promise<void> }
export declare class MemoryStore implements ValueStore { get(key: string): Promise<unknown>; put(key: string, value: unknown): Promise<void>; delete(key: string): Promise<void> }
export declare function openIndexedDb(name?: string): Promise<ValueStore>;
export declare class KeyStore {
  constructor(values: ValueStore);
  deviceKey(): Promise<DeviceKey | null>;
  saveDeviceKey(key: DeviceKey): Promise<void>;
  /** The owner's age identity as text, or null when this browser is a viewer or not paired. */
  identity(): Promise<string | null>;
  saveIdentity(identity: string): Promise<void>;
  cameraId(): Promise<string | null>;
  saveCameraId(id: string): Promise<void>;
  pin(): Promise<JournalPin | null>;
  savePin(pin: JournalPin): Promise<void>;
  forgetAll(): Promise<void>;
}
