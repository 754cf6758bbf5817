/** The size of the paper for the next print: a rule of this page's own, as no style sheet can know it. */

export type Paper = "A6" | "A5" | "A4";
export const PAPERS: readonly Paper[] = ["A6", "A5", "A4"];

let sheet: CSSStyleSheet | null = null;

/** Opens the browser's print dialog, which also makes a PDF. */
export function printOn(paper: Paper): void {
  sheet ??= new CSSStyleSheet();
  sheet.replaceSync(`@page { size: ${paper} portrait; margin: ${paper === "A6" ? 7 : 12}mm; }`);
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  print();
}
