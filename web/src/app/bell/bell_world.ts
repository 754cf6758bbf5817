/** The browser's own means of ringing, and what this device was told about them. */

import { Subject } from "../../core/observable";
import { go } from "../router";
import { words } from "../words";
import type { BellWorld } from "./bell";
import { BellSound } from "./bell_sound";

const KEY = "stoop.bell";
const SHAKE = [250, 120, 250, 900, 250, 120, 250];

export const sound = new BellSound();

/** Whether this device sounds and shakes when the bell rings; kept in this browser only. */
export const isLoud = new Subject(true);

/** Call once: reads what was chosen, and waits for the first tap, without which no browser lets a page sound. */
export function startBell(): void {
  try {
    isLoud.set(localStorage.getItem(KEY) !== "silent");
  } catch {
    // private browsing: as new
  }
  isLoud.subscribe((is) => {
    try {
      localStorage.setItem(KEY, is ? "loud" : "silent");
    } catch {
      // private browsing: holds until the page closes
    }
  });
  for (const kind of ["pointerdown", "keydown"] as const)
    addEventListener(kind, () => sound.unlock(), { capture: true, passive: true });
}

let titleBefore: string | null = null;

function title(isRinging: boolean): void {
  if (isRinging) {
    titleBefore ??= document.title;
    document.title = `● ${words.bell.atDoor}`;
  } else if (titleBefore !== null) {
    if (document.title.startsWith("●")) document.title = titleBefore;
    titleBefore = null;
  }
}

/** Says that somebody is there and nothing else: notices lie about on locked screens. */
function notice(): void {
  if (typeof Notification === "undefined" || Notification.permission !== "granted" || document.hasFocus())
    return;
  try {
    const shown = new Notification(words.bell.atDoor, { tag: "stoop-bell", requireInteraction: true });
    shown.onclick = () => {
      focus();
      void go("/");
      shown.close();
    };
  } catch {
    // Android's browsers show notices of service workers only: the page still rings
  }
}

export const browserBell: BellWorld = {
  sound: () => sound.ring(),
  notice,
  title,
  vibrate: () => {
    if (typeof navigator.vibrate === "function") navigator.vibrate(SHAKE);
  },
  later: (ms, what) => {
    const timer = setTimeout(what, ms);
    return () => clearTimeout(timer);
  },
};
