/** This browser's side of Web Push: the worker that shows notices, and where this browser takes them. */

import { type Bytes, equalBytes, fromBase64Url, toBase64Url } from "../../core/bytes";

const WORKER = "/push_worker.js";

/** Why this browser can take no notices; each has a sentence that says what to do. */
export type NoPush = "none" | "home_screen" | "untrusted" | "blocked" | "dismissed" | "service";

export class NoPushError extends Error {
  readonly why: NoPush;
  constructor(why: NoPush, cause?: unknown) {
    super(why, { cause });
    this.why = why;
  }
}

export interface Subscription {
  readonly endpoint: string;
  readonly key: string;
  readonly auth: string;
}

/** What can be said without asking anybody; null: it may work. */
export function noPush(): NoPush | null {
  const isAsleepOnIphone = (navigator as { standalone?: boolean }).standalone === false;
  if (!("PushManager" in window) || !("serviceWorker" in navigator))
    return isAsleepOnIphone ? "home_screen" : "none";
  return Notification.permission === "denied" ? "blocked" : null;
}

interface Policies {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): string;
  };
}

let address: string | null = null;

/** The one address that the server's policy lets a page name as a script: whatever is asked for, it is the worker's. */
function workerAddress(): string {
  const policies = (window as { trustedTypes?: Policies }).trustedTypes;
  address ??= policies
    ? policies.createPolicy("stoop-push", { createScriptURL: () => WORKER }).createScriptURL(WORKER)
    : WORKER;
  return address;
}

/** Asks the person first, as browsers want that within a tap. Throws NoPushError. */
export async function permit(): Promise<void> {
  const said = await Notification.requestPermission();
  if (said !== "granted") throw new NoPushError(said === "denied" ? "blocked" : "dismissed");
}

/** Throws NoPushError "untrusted" where the browser runs no worker of this page, as its certificate is our own. */
async function register(): Promise<ServiceWorkerRegistration> {
  try {
    await navigator.serviceWorker.register(workerAddress(), { updateViaCache: "none" });
    return await navigator.serviceWorker.ready;
  } catch (error) {
    throw new NoPushError("untrusted", error);
  }
}

/**
 * `publicKey` in base64url. A subscription for that key is used again: ended before the camera knows the next one, it would
 * leave this device without notices. One for another key, or that brings none any more (`isDead`), ends first, as a browser
 * has one at a time. Throws NoPushError.
 */
export async function subscribe(publicKey: string, isDead = false): Promise<Subscription> {
  const { pushManager } = await register();
  const applicationServerKey = fromBase64Url(publicKey) as Bytes;
  const known = await pushManager.getSubscription();
  const keyOfKnown = known?.options.applicationServerKey;
  const isOurs = Boolean(
    !isDead && keyOfKnown && equalBytes(new Uint8Array(keyOfKnown), applicationServerKey),
  );
  try {
    if (!isOurs) await known?.unsubscribe();
    const made =
      known && isOurs ? known : await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
    const key = made.getKey("p256dh");
    const auth = made.getKey("auth");
    if (!key || !auth) throw new NoPushError("none");
    return {
      endpoint: made.endpoint,
      key: toBase64Url(new Uint8Array(key)),
      auth: toBase64Url(new Uint8Array(auth)),
    };
  } catch (error) {
    if (error instanceof NoPushError) throw error;
    const isRefused = error instanceof DOMException && error.name === "NotAllowedError";
    throw new NoPushError(isRefused ? "blocked" : "service", error);
  }
}

/** Ends what this browser takes, and its worker; quiet where there is none. */
export async function unsubscribe(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.getRegistration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
    await registration?.unregister();
  } catch {
    // nothing was kept here
  }
}
