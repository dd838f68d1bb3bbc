"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};
const isApple = () => /mac|iphone|ipad/i.test(navigator.platform);

/** The key that opens the palette, as this keyboard names it; the server does not know which one it is. */
export function PaletteKey() {
  const apple = useSyncExternalStore(never, isApple, () => false);
  return <kbd>{apple ? "⌘K" : "Ctrl K"}</kbd>;
}
