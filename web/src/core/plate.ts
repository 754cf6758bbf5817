import type { Api } from "./api";
export interface Plate { readonly png: Blob; readonly takenAtMs: number; readonly widthPx: number; readonly heightPx: number }
export declare function fetchPlate(api: Api, identity: string, options?: { onProgress?(share: number): void; signal?: AbortSignal }): Promise<Plate>;
