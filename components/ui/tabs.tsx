"use client";

import { Tabs as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "../class-names";

export const Tabs = Radix.Root;
export const TabsContent = Radix.Content;

/** Several views of one thing in one place; parts of a page that stand below each other are anchors, not tabs. */
export function TabsList({ className, ...props }: ComponentProps<typeof Radix.List>) {
  return <Radix.List {...props} className={cn("subnav", className)} />;
}

export function TabsTrigger(props: ComponentProps<typeof Radix.Trigger>) {
  return <Radix.Trigger {...props} />;
}
