/** The recovery key as lines of groups to read and type: its prefix on a line of its own, then groups of five. */

const GROUPS_A_LINE = 4;

export function sheetLines(identity: string): string[][] {
  const prefix = /^AGE-SECRET-KEY-(?:PQ-)?1/.exec(identity)?.[0] ?? "";
  const groups = identity.slice(prefix.length).match(/.{1,5}/g) ?? [];
  const lines: string[][] = prefix ? [[prefix]] : [];
  for (let at = 0; at < groups.length; at += GROUPS_A_LINE) lines.push(groups.slice(at, at + GROUPS_A_LINE));
  return lines;
}
