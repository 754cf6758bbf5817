/** An ordinary link that stays in the page; new tabs and modified presses keep working as everywhere. */

import type { ComponentChildren } from "preact";
import { go } from "./router";

interface LinkProps {
  to: string;
  class?: string;
  current?: boolean;
  label?: string;
  testid?: string;
  children: ComponentChildren;
}

export function Link({ to, current, label, testid, children, class: className }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void go(to);
  };
  return (
    <a
      href={to}
      class={className}
      aria-current={current ? "page" : undefined}
      aria-label={label}
      data-testid={testid}
      onClick={follow}
    >
      {children}
    </a>
  );
}
