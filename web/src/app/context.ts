/** What every screen can reach: the camera's API, the keys, where we stand, the clips. */

import { createContext } from "preact";
import { useContext, useEffect } from "preact/hooks";
import type { Api } from "../core/api";
import type { KeyStore } from "../core/key_store";
import type { CameraState, Me } from "../core/messages";
import { useValue } from "../ui/use_value";
import type { Bell } from "./bell/bell";
import type { Thumbs } from "./clips/thumbs";
import type { Home } from "./home";
import type { Content, Library } from "./library";

export interface AppParts {
  readonly api: Api;
  readonly keys: KeyStore;
  readonly home: Home;
  readonly bell: Bell;
  readonly library: Library;
  readonly thumbs: Thumbs;
}

export const PartsContext = createContext<AppParts | null>(null);

export function useParts(): AppParts {
  const parts = useContext(PartsContext);
  if (!parts) throw new Error("a screen stands outside of the app");
  return parts;
}

/** The camera's newest state; only for screens that stand behind the sign-in. */
export function useCamera(): CameraState | null {
  return useValue(useParts().home.camera);
}

export function useMe(): Me | null {
  const stage = useValue(useParts().home.stage);
  return stage.kind === "in" ? stage.me : null;
}

/** The clips and the record, read because this screen shows them. */
export function useLibrary(): Content {
  const { library } = useParts();
  useEffect(() => library.watch(), [library]);
  return useValue(library.content);
}
