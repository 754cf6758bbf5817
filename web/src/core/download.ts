import type { SealedFile } from "./sealed_file";
export interface Download {
  readonly blob: Blob;
  readonly endedEarly: boolean;
}
export declare function decryptClip(
  file: SealedFile,
  options?: { onProgress?(share: number): void; signal?: AbortSignal },
): Promise<Download>;
