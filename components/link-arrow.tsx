import Link from "next/link";
import type { ReactNode } from "react";
import { Icon } from "./icon";

/** The one thing to do next, as a quiet link. */
export function LinkArrow({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link className="link then" href={href}>
      {children}
      <Icon name="arrow" small />
    </Link>
  );
}
