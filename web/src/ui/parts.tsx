/** Small parts that screens share: notices, empty states, waiting. */

import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

export type Tone = "plain" | "good" | "warn" | "bad";

interface NoticeProps {
  tone: Tone;
  icon: IconName;
  title: string;
  testid?: string;
  children?: ComponentChildren;
}

export function Notice({ tone, icon, title, testid, children }: NoticeProps) {
  return (
    <div class={`notice notice-${tone}`} data-testid={testid}>
      <Icon name={icon} size={22} />
      <div class="stack-tight grow">
        <p class="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

interface EmptyProps {
  icon: IconName;
  title: string;
  text: string;
  testid?: string;
  children?: ComponentChildren;
}

/** What stands where there is nothing yet: says why, and what to do. */
export function Empty({ icon, title, text, testid, children }: EmptyProps) {
  return (
    <div class="empty" data-testid={testid}>
      <div class="empty-icon">
        <Icon name={icon} size={34} />
      </div>
      <h2>{title}</h2>
      <p class="soft">{text}</p>
      {children}
    </div>
  );
}

export function Waiting({ text }: { text: string }) {
  return (
    <div class="center-page" role="status">
      <div class="stack" style={{ alignItems: "center" }}>
        <span class="spinner spinner-big" aria-hidden="true" />
        <p class="soft">{text}</p>
      </div>
    </div>
  );
}

export function Tag({
  tone,
  icon,
  children,
}: {
  tone: Tone | "accent";
  icon?: IconName;
  children: ComponentChildren;
}) {
  return (
    <span class={`tag tag-${tone}`}>
      {icon && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}
