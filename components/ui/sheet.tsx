"use client";

import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cn } from "../class-names";

export const Sheet = Radix.Root;
export const SheetTrigger = Radix.Trigger;
export const SheetClose = Radix.Close;

/** A panel at the edge: the navigation on a phone, details beside a list. `title` is for screen readers. */
export function SheetContent({
  title,
  side = "left",
  children,
}: {
  title: string;
  side?: "left" | "right";
  children: ReactNode;
}) {
  return (
    <Radix.Portal>
      <Radix.Overlay className="overlay" />
      <Radix.Content className={cn("sheet", side)} aria-describedby={undefined}>
        <Radix.Title className="sr-only">{title}</Radix.Title>
        {children}
      </Radix.Content>
    </Radix.Portal>
  );
}
