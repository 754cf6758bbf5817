/** A first guess at what people call the device in their hand. */

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [/iPhone/, "iPhone"],
  [/iPad/, "iPad"],
  [/Android.*Mobile/, "Android phone"],
  [/Android/, "Android tablet"],
  [/Macintosh/, "Mac"],
  [/Windows/, "Windows computer"],
  [/CrOS/, "Chromebook"],
  [/Linux/, "Linux computer"],
];

export function deviceNameOf(userAgent: string): string {
  return KNOWN.find(([pattern]) => pattern.test(userAgent))?.[1] ?? "";
}

export const thisDevice = () => deviceNameOf(navigator.userAgent);
