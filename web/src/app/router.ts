/** Our own router over the paths of docs/design/0001 section 8: pure parsing, and one observable of where we are. */

import { type Observable, Subject } from "../core/observable";

export type Route =
  | {
      readonly name:
        | "live"
        | "claim"
        | "pair"
        | "recover"
        | "clips"
        | "draw"
        | "devices"
        | "log"
        | "motion"
        | "settings"
        | "proof"
        | "sign"
        | "parcels"
        | "rights"
        | "keeping"
        | "inventory"
        | "ways"
        | "update"
        | "lost";
    }
  | { readonly name: "clip" | "copy"; readonly clip: string };

const FIXED = {
  "/": "live",
  "/claim": "claim",
  "/pair": "pair",
  "/recover": "recover",
  "/clips": "clips",
  "/draw": "draw",
  "/devices": "devices",
  "/log": "log",
  "/motion": "motion",
  "/settings": "settings",
  "/proof": "proof",
  "/sign": "sign",
  "/parcels": "parcels",
  "/rights": "rights",
  "/keeping": "keeping",
  "/inventory": "inventory",
  "/ways-out": "ways",
  "/update": "update",
} as const;

/** Takes a path without query and fragment; a trailing slash is forgiven. */
export function parsePath(path: string): Route {
  const trimmed = path.length > 1 ? path.replace(/\/+$/, "") : path;
  const fixed = FIXED[trimmed as keyof typeof FIXED];
  if (fixed && Object.hasOwn(FIXED, trimmed)) return { name: fixed };
  const [, clip, copy] = /^\/clips\/([0-9a-f]{32})(\/copy)?$/.exec(trimmed) ?? [];
  return clip ? { name: copy ? "copy" : "clip", clip } : { name: "lost" };
}

export function pathOf(route: Route): string {
  if (route.name === "clip") return `/clips/${route.clip}`;
  if (route.name === "copy") return `/clips/${route.clip}/copy`;
  const found = Object.entries(FIXED).find(([, name]) => name === route.name);
  return found ? found[0] : "/";
}

/** Asked before leaving; resolves false to stay. Set by a screen with something unsaved. */
export type LeaveGuard = () => Promise<boolean>;

const current = new Subject<Route>({ name: "live" });
let shownPath = "/";
let guard: LeaveGuard | null = null;

export const route: Observable<Route> = current;

export function setLeaveGuard(next: LeaveGuard | null): void {
  guard = next;
}

function show(path: string): void {
  shownPath = path;
  current.set(parsePath(path));
}

async function mayLeave(): Promise<boolean> {
  if (!guard) return true;
  const leave = await guard();
  if (leave) guard = null;
  return leave;
}

/** Goes to `path` in the page's own history; `replace` when going back to where we are would be wrong. */
export async function go(path: string, how: "push" | "replace" = "push"): Promise<void> {
  if (path === shownPath && how === "push") return;
  if (guard && !(await mayLeave())) return;
  if (how === "push") history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  show(path);
  scrollTo(0, 0);
}

/** Call once: follows the browser's back and forward. */
export function startRouter(): void {
  show(location.pathname);
  addEventListener("popstate", async () => {
    const wanted = location.pathname;
    if (wanted === shownPath) return;
    if (guard) {
      history.pushState(null, "", shownPath);
      if (!(await mayLeave())) return;
      history.replaceState(null, "", wanted);
    }
    show(wanted);
  });
}
