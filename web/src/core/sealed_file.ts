import type { Bytes } from "./bytes";
import type { FetchRange } from "./ranges";
export interface Chunk { readonly offset: number; readonly bytes: Bytes }
export declare class SealedFile {
  static open(fetchRange: FetchRange, identity: string, signal?: AbortSignal): Promise<SealedFile>;
  /** Plaintext that can be read now. */
  readonly plaintextBytes: number;
  /** True when the stream is cut: a crash, tampering, or a file still being written. */
  readonly endedEarly: boolean;
  /** Looks whether the file has grown. */
  refresh(): Promise<void>;
  read(fromByte: number, toByte: number, signal?: AbortSignal): Promise<Bytes>;
  chunks(fromByte?: number, signal?: AbortSignal): AsyncGenerator<Chunk>;
}
