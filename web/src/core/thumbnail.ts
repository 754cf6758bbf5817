/** Opens a sealed thumbnail with the key from its clip's card. */

import { type Bytes, concatBytes, utf8 } from "./bytes";
import { openInScript } from "./chacha";
import { AlteredError } from "./errors";

/** The JPEG. Raises AlteredError when it is not this clip's thumbnail as it was sealed. */
export async function openThumbnail(sealed: Bytes, key: Bytes, clipId: string): Promise<Bytes> {
  const aad = concatBytes(utf8("stoop-thumb-v1"), utf8(clipId));
  const jpeg = key.length === 32 ? openInScript(key, new Uint8Array(12), sealed, aad) : null;
  if (!jpeg) throw new AlteredError(`the thumbnail of clip ${clipId} was altered`);
  return jpeg;
}
