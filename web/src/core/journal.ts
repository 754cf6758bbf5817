import type { Api } from "./api";
import type { KeyStore } from "./key_store";
import type { EpochFile, Journal, JournalPin } from "./journal_types";
export interface ReadOptions { cameraId?: string | null; pin?: JournalPin | null; onProgress?(share: number): void; signal?: AbortSignal }
export declare function readJournal(files: readonly EpochFile[], identity: string, options?: ReadOptions): Promise<Journal>;
/** Fetches, reads, compares with the kept pin, and keeps the new one. */
export declare function loadJournal(api: Api, keys: KeyStore, options?: Pick<ReadOptions, "onProgress" | "signal">): Promise<Journal>;
