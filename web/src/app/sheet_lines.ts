/** The recovery key to read and type (lines of groups), and as the file that `stoop open` and `age -i` take. */

const GROUPS_A_LINE = 4;

/** Its prefix on a line of its own, then groups of five. */
export function sheetLines(identity: string): string[][] {
  const prefix = /^AGE-SECRET-KEY-(?:PQ-)?1/.exec(identity)?.[0] ?? "";
  const groups = identity.slice(prefix.length).match(/.{1,5}/g) ?? [];
  const lines: string[][] = prefix ? [[prefix]] : [];
  for (let at = 0; at < groups.length; at += GROUPS_A_LINE) lines.push(groups.slice(at, at + GROUPS_A_LINE));
  return lines;
}

/** An age identity file: every note is a comment whatever is in it, the key stands whole on the last line. */
export function identityFile(notes: readonly string[], identity: string): string {
  const comments = notes.map((note) => `# ${note.replace(/\s+/g, " ")}`.trimEnd());
  return `${comments.join("\n")}\n${identity}\n`;
}
