/** Which page stands here: decided by where this browser stands with its camera, then by the path. */

import { useEffect } from "preact/hooks";
import { QuestionHost } from "../ui/dialog";
import { Waiting } from "../ui/parts";
import { Toaster } from "../ui/toast";
import { useValue } from "../ui/use_value";
import { Boundary } from "./boundary";
import { Claim } from "./claim/claim";
import { ClipPage } from "./clips/clip_page";
import { Clips } from "./clips/clips";
import { type AppParts, PartsContext, useParts } from "./context";
import { Devices } from "./devices/devices";
import { Draw } from "./draw/draw";
import type { Stage } from "./home";
import { InventoryScreen } from "./inventory/inventory";
import { KeepingScreen } from "./keeping/keeping";
import { Link } from "./link";
import { Live } from "./live/live";
import { Log } from "./log/log";
import { MotionScreen } from "./motion/motion";
import { Pair } from "./pair";
import { ParcelsScreen } from "./parcels/parcels";
import { ProofScreen } from "./proof/proof";
import { Recover } from "./recover/recover";
import { CopyPage } from "./rights/copy_page";
import { RightsScreen } from "./rights/rights";
import { go, type Route, route as routeNow } from "./router";
import { Screen } from "./screen";
import { SettingsScreen } from "./settings/settings";
import { Shell } from "./shell";
import { SignScreen } from "./sign/sign";
import { UpdateScreen } from "./update/update";
import { SignedOut, Unpaired, Unreachable } from "./waiting_rooms";
import { WaysScreen } from "./ways/ways";
import { words } from "./words";

const FOR_VIEWERS: readonly Route["name"][] = ["live", "settings", "proof"];

function Lost() {
  return (
    <Screen title={words.errors.lostTitle} testid="lost">
      <p class="soft">{words.errors.lostText}</p>
      <p class="section">
        <Link to="/" class="button button-primary">
          {words.errors.lostAction}
        </Link>
      </p>
    </Screen>
  );
}

function screenOf(route: Route, isOwner: boolean) {
  if (!isOwner && !FOR_VIEWERS.includes(route.name)) return <Live />;
  switch (route.name) {
    case "live":
    case "claim":
    case "pair":
    case "recover":
      return <Live />;
    case "clips":
      return <Clips />;
    case "clip":
      return <ClipPage id={route.clip} key={route.clip} />;
    case "copy":
      return <CopyPage id={route.clip} key={route.clip} />;
    case "draw":
      return <Draw />;
    case "devices":
      return <Devices />;
    case "log":
      return <Log />;
    case "motion":
      return <MotionScreen />;
    case "settings":
      return <SettingsScreen />;
    case "proof":
      return <ProofScreen />;
    case "parcels":
      return <ParcelsScreen />;
    case "ways":
      return <WaysScreen />;
    case "update":
      return <UpdateScreen />;
    case "rights":
      return <RightsScreen />;
    case "inventory":
      return <InventoryScreen />;
    case "keeping":
      return <KeepingScreen />;
    case "sign":
      return <SignScreen />;
    case "lost":
      return <Lost />;
  }
}

/** Where the path does not fit the stage, it is mended, so that reloading and sharing do what one expects. */
function usePathThatFits(stage: Stage, route: Route, lacksKey: boolean | null): void {
  useEffect(() => {
    const { name } = routeNow.value; // may be ahead of what is drawn
    if (stage.kind === "unclaimed" && name !== "claim") void go("/claim", "replace");
    if (stage.kind !== "in") return;
    const isForbidden = stage.me.role !== "owner" && !FOR_VIEWERS.includes(name) && name !== "lost";
    if (name === "claim" || (name === "pair" && lacksKey === false) || name === "recover" || isForbidden)
      void go("/", "replace");
  }, [stage, route, lacksKey]);
}

function Page() {
  const stage = useValue(useParts().home.stage);
  const lacksKey = useValue(useParts().home.lacksKey);
  const route = useValue(routeNow);
  usePathThatFits(stage, route, lacksKey);
  switch (stage.kind) {
    case "looking":
      return <Waiting text={words.connection.looking} />;
    case "unreachable":
      return <Unreachable isStarting={stage.isStarting} />;
    case "unclaimed":
      return <Claim cameraId={stage.hello.camera ?? ""} />;
    case "unpaired":
      if (route.name === "recover") return <Recover />;
      return route.name === "pair" ? <Pair /> : <Unpaired wasRemoved={stage.wasRemoved} />;
    case "signed_out":
      return <SignedOut />;
    case "in":
      if (route.name === "pair" && lacksKey !== false)
        return lacksKey ? <Pair /> : <Waiting text={words.connection.looking} />;
      return (
        <Shell route={route}>
          <Boundary key={route.name}>{screenOf(route, stage.me.role === "owner")}</Boundary>
        </Shell>
      );
  }
}

export function App({ parts }: { parts: AppParts }) {
  return (
    <PartsContext.Provider value={parts}>
      <Boundary>
        <Page />
      </Boundary>
      <QuestionHost />
      <Toaster />
    </PartsContext.Provider>
  );
}
