/** A QR code as one path; always dark on white, whatever the theme, because scanners want it so. */

import { useMemo } from "preact/hooks";
import { qrMatrix } from "./qr";

const QUIET = 4;

export function QrCode({ text, label }: { text: string; label: string }) {
  const { path, side } = useMemo(() => {
    const matrix = qrMatrix(text);
    const dark = matrix.flatMap((line, row) =>
      line.flatMap((isDark, column) => (isDark ? [`M${column + QUIET} ${row + QUIET}h1v1h-1z`] : [])),
    );
    return { path: dark.join(""), side: matrix.length + 2 * QUIET };
  }, [text]);
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
      data-testid="qr"
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
