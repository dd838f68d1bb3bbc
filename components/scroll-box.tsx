import type { ReactNode } from "react";

/** A part of a page that scrolls by itself, and so can be reached and scrolled by keyboard. */
export function ScrollBox({
  label,
  className,
  children,
}: {
  label: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className={className} tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  );
}
