import type { Api } from "./api";
import type { KeyStore } from "./key_store";
/** "ABCDEFGH" from whatever was typed; raises FormatError when it can be no code. */
export declare function parseClaimCode(typed: string): string;
/** As far as it is typed, in the shown form XXXX-XXXX (for an input field). */
export declare function shownClaimCode(typed: string): string;
export declare function isWholeClaimCode(typed: string): boolean;
export interface ClaimOptions { code: string; identity: string; cameraName: string; deviceName: string; onProgress?(share: number): void }
/** Makes and keeps the device key, keeps the identity, claims, leaves `api` signed in. */
export declare function claimCamera(api: Api, keys: KeyStore, options: ClaimOptions): Promise<{ device: string }>;
