/** Light, dark, or as the device is set; kept in this browser only. */

import { Subject } from "../core/observable";

export type Theme = "system" | "light" | "dark";

const KEY = "stoop.theme";
const GROUND = { light: "#faf7f2", dark: "#12100e" };

const isTheme = (text: string | null): text is Theme =>
  text === "system" || text === "light" || text === "dark";

function read(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return isTheme(kept) ? kept : "system";
  } catch {
    return "system";
  }
}

export const theme = new Subject<Theme>("system");

function apply(): void {
  const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
  const shown = theme.value === "system" ? (prefersDark ? "dark" : "light") : theme.value;
  document.documentElement.dataset.theme = shown;
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", GROUND[shown]);
}

/** Call once before anything is drawn. */
export function startTheme(): void {
  theme.set(read());
  apply();
  theme.subscribe((chosen) => {
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // private browsing: holds until the page closes
    }
    apply();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
}
