/** Starts the page: theme, router, keys, then the app. Wiring only. */

import { render } from "preact";
import { Api } from "../core/api";
import { createDeviceKey } from "../core/device_key";
import { KeyStore, openIndexedDb } from "../core/key_store";
import "../ui/styles/tokens.css";
import "../ui/styles/base.css";
import "../ui/styles/parts.css";
import "../ui/styles/forms.css";
import "../ui/styles/shell.css";
import "../ui/styles/claim.css";
import "../ui/styles/live.css";
import "../ui/styles/clips.css";
import "../ui/styles/draw.css";
import "../ui/styles/motion.css";
import "../ui/styles/proof.css";
import "../ui/styles/bell.css";
import "../ui/styles/talk.css";
import "../ui/styles/sign.css";
import "../ui/styles/ways.css";
import "../ui/styles/copy.css";
import { toast } from "../ui/toast";
import { App } from "./app";
import { Bell } from "./bell/bell";
import { browserBell, isLoud, startBell } from "./bell/bell_world";
import { Thumbs } from "./clips/thumbs";
import { Home } from "./home";
import { Library } from "./library";
import { startRouter } from "./router";
import { startTheme } from "./theme";
import { OldBrowser } from "./waiting_rooms";
import { words } from "./words";

async function canKeepKeys(): Promise<boolean> {
  try {
    await createDeviceKey();
    return true;
  } catch {
    return false;
  }
}

async function start(root: HTMLElement): Promise<void> {
  startTheme();
  startRouter();
  startBell();
  if (!(await canKeepKeys())) {
    render(<OldBrowser />, root);
    return;
  }
  const api = new Api();
  const keys = new KeyStore(await openIndexedDb());
  const home = new Home(api, keys);
  const bell = new Bell(home.event, isLoud, browserBell);
  const library = new Library(api, keys, home);
  const thumbs = new Thumbs(api);
  render(<App parts={{ api, keys, home, bell, library, thumbs }} />, root);
  home.event.subscribe((event) => {
    if (event?.kind === "parcel.left") toast(words.parcels.left, "parcel");
    if (event?.kind === "parcel.taken") toast(words.parcels.taken, "parcel");
  });
  await home.start();
}

const root = document.getElementById("app");
if (root) void start(root);
