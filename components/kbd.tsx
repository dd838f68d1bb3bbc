import type { ReactNode } from "react";

/** A key, for those who have a keyboard. */
export function Kbd({ children }: { children: ReactNode }) {
  return <kbd>{children}</kbd>;
}
