/** The heading of a step; takes the focus, so that it is read when the step changes. */

import { usePageTitle } from "../screen";

export function StepTitle({ title, text }: { title: string; text?: string }) {
  const heading = usePageTitle(title);
  return (
    <div>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {text && <p class="screen-lead">{text}</p>}
    </div>
  );
}
