/** Reads the recovery key off a picture of the sheet, where the browser itself can read such squares; nothing is sent. */

interface Detector {
  detect(image: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>;
}

type DetectorMaker = new (options: { formats: string[] }) => Detector;

const maker = () => (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;

export function canReadPictures(): boolean {
  return maker() !== undefined;
}

/** What the squares on it say, one a line, or null where there is none that can be read. */
export async function readPicture(file: Blob): Promise<string | null> {
  const Maker = maker();
  if (!Maker) return null;
  const bitmap = await createImageBitmap(file);
  try {
    const found = await new Maker({ formats: ["qr_code"] }).detect(bitmap);
    return found.length > 0 ? joinSquares("", found.map((square) => square.rawValue).join("\n")) : null;
  } finally {
    bitmap.close();
  }
}

/** The lines of both, each once: a sheet with several squares may take several photos. */
export function joinSquares(before: string, read: string): string {
  const lines = `${before}\n${read}`.split(/\r?\n/).map((line) => line.trim());
  return [...new Set(lines)].filter((line) => line !== "").join("\n");
}
