/** Reads the recovery key off a picture of the sheet, where the browser itself can read such squares; nothing is sent. */

interface Detector {
  detect(image: ImageBitmapSource): Promise<readonly { readonly rawValue: string }[]>;
}

type DetectorMaker = new (options: { formats: string[] }) => Detector;

const maker = () => (globalThis as { BarcodeDetector?: DetectorMaker }).BarcodeDetector;

export function canReadPictures(): boolean {
  return maker() !== undefined;
}

/** What the first square on it says, or null where there is none that can be read. */
export async function readPicture(file: Blob): Promise<string | null> {
  const Maker = maker();
  if (!Maker) return null;
  const bitmap = await createImageBitmap(file);
  try {
    const found = await new Maker({ formats: ["qr_code"] }).detect(bitmap);
    return found[0]?.rawValue ?? null;
  } finally {
    bitmap.close();
  }
}
