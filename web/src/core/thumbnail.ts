import type { Bytes } from "./bytes";
/** The JPEG; raises AlteredError. */
export declare function openThumbnail(sealed: Bytes, key: Bytes, clipId: string): Promise<Bytes>;
