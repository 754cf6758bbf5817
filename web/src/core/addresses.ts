/** Which addresses are numbers, and which of those are in the house; the camera decides, this only knows what to ask. */

const V4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
const V6 = /^(?=.*:.*:)[0-9a-f:]{2,39}$/i;

function v4(text: string): readonly number[] | null {
  const parts = V4.exec(text)?.slice(1).map(Number);
  return parts?.every((part) => part < 256) ? parts : null;
}

export function isNumericAddress(text: string): boolean {
  return v4(text) !== null || V6.test(text);
}

/** As `is_on_lan` of camera/contract/holes.py: RFC 1918, link-local, unique local, loopback. */
export function isHouseAddress(text: string): boolean {
  const parts = v4(text);
  if (parts) {
    const [a = 0, b = 0] = parts;
    return (
      a === 10 ||
      a === 127 ||
      (a === 192 && b === 168) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 169 && b === 254)
    );
  }
  return /^(f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|::1$)/i.test(text);
}
