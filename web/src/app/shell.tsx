/** What stands around the screens: tabs (a rail on wide screens) and the banner when the camera is away. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon, type IconName } from "../ui/icon";
import { toast } from "../ui/toast";
import { useValue } from "../ui/use_value";
import { Door } from "./bell/door";
import { useCamera, useMe, useParts } from "./context";
import { KeyBanner } from "./key_banner";
import { Link } from "./link";
import type { Route } from "./router";
import { Brand } from "./solo";
import { WaitingBanner } from "./waiting_banner";
import { words } from "./words";

interface Tab {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  readonly routes: readonly Route["name"][];
  readonly ownerOnly: boolean;
}

const TABS: readonly Tab[] = [
  { path: "/", label: words.nav.live, icon: "live", routes: ["live"], ownerOnly: false },
  { path: "/clips", label: words.nav.clips, icon: "clips", routes: ["clips", "clip"], ownerOnly: true },
  { path: "/log", label: words.nav.log, icon: "activity", routes: ["log"], ownerOnly: true },
  { path: "/devices", label: words.nav.devices, icon: "devices", routes: ["devices"], ownerOnly: true },
  {
    path: "/settings",
    label: words.nav.settings,
    icon: "settings",
    routes: ["settings", "draw", "motion", "proof"],
    ownerOnly: false,
  },
];

function Tabs({ route }: { route: Route }) {
  const isOwner = useMe()?.role === "owner";
  return (
    <nav class="tabs no-print" aria-label={words.nav.label}>
      <div class="tabs-brand">
        <Brand />
      </div>
      <ul>
        {TABS.filter((tab) => isOwner || !tab.ownerOnly).map((tab) => (
          <li key={tab.path}>
            <Link
              to={tab.path}
              class="tab"
              current={tab.routes.includes(route.name)}
              testid={`tab-${tab.routes[0]}`}
            >
              <Icon name={tab.icon} />
              <span>{tab.label}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function AwayBanner() {
  const isConnected = useValue(useParts().home.isConnected);
  const wasAway = useRef(false);
  useEffect(() => {
    if (isConnected && wasAway.current) toast(words.connection.back);
    wasAway.current = !isConnected;
  }, [isConnected]);
  return (
    <div role="status" data-testid="away-banner">
      {!isConnected && (
        <div class="banner">
          <Icon name="away" size={20} />
          {words.connection.away}
        </div>
      )}
    </div>
  );
}

function FaultBanner() {
  const fault = useCamera()?.fault;
  return (
    <div role="status" data-testid="fault-banner">
      {fault && (
        <div class="banner">
          <Icon name="warning" size={20} />
          <span>
            {words.connection.fault}: {fault}
          </span>
        </div>
      )}
    </div>
  );
}

/** Somebody else's way in must not go unseen where an owner looks at that moment; the record keeps it for the others. */
function RecoveredNews() {
  const event = useValue(useParts().home.event);
  const recovered = event?.kind === "owner.recovered" ? event : null;
  useEffect(() => {
    if (recovered) toast(words.recover.toldOthers, "key");
  }, [recovered]);
  return null;
}

export function Shell({ route, children }: { route: Route; children: ComponentChildren }) {
  return (
    <div class="shell">
      <Tabs route={route} />
      <div class="shell-main">
        <AwayBanner />
        <FaultBanner />
        <WaitingBanner />
        <RecoveredNews />
        <KeyBanner />
        <Door route={route} />
        <main>{children}</main>
      </div>
    </div>
  );
}
