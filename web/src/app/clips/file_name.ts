/** "Front door 2026-11-22 03.04.05.mp4": sorts by time, and no file system refuses it. */

export function fileNameOf(camera: string, at_ms: number | null, id: string, zone?: string): string {
  const name = camera.replace(/[^\p{L}\p{N} _-]/gu, "").trim() || "Stoop";
  if (at_ms === null) return `${name} ${id.slice(0, 8)}.mp4`;
  const form: Intl.DateTimeFormatOptions = {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  };
  const parts = new Intl.DateTimeFormat("en-CA", form).formatToParts(at_ms);
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  const date = [part("year"), part("month"), part("day")].join("-");
  return `${name} ${date} ${[part("hour"), part("minute"), part("second")].join(".")}.mp4`;
}
