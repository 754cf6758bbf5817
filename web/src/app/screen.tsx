/** The frame of a screen: its title in the page and the tab, and the focus on it after a change of screen. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../ui/icon";
import { Link } from "./link";
import { words } from "./words";

/** False only for the first screen after loading: there the browser's own focus stays. */
let hasShownOne = false;

export function usePageTitle(title: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${words.product}`;
    const isTyping = document.activeElement?.matches("[data-focused]") ?? false; // a field that asked for the focus
    if (hasShownOne && !isTyping) heading.current?.focus({ preventScroll: true });
    hasShownOne = true;
  }, [title]);
  return heading;
}

interface ScreenProps {
  title: string;
  lead?: string;
  back?: string;
  wide?: boolean;
  actions?: ComponentChildren;
  testid: string;
  children: ComponentChildren;
}

export function Screen({ title, lead, back, wide, actions, testid, children }: ScreenProps) {
  const heading = usePageTitle(title);
  return (
    <div class={`screen${wide ? " screen-wide" : ""}`} data-testid={testid}>
      {back && (
        <Link to={back} class="button button-plain back" testid="back">
          <Icon name="left" size={20} />
          {words.nav.back}
        </Link>
      )}
      <header class="screen-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {lead && <p class="screen-lead">{lead}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}
