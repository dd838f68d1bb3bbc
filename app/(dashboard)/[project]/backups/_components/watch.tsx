"use client";

import { useRouter } from "next/navigation";
import { useEffect, useState, useTransition } from "react";

/**
 * Reads the page anew while something on it is at work, and not while it is out of sight. The next reading begins
 * when the last one has come: a slow server would otherwise be asked again and again and show nothing.
 */
export function Watch({ active, everyMs = 1500 }: { active: boolean; everyMs?: number }) {
  const router = useRouter();
  const [reading, start] = useTransition();
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn sets the next timer.
  useEffect(() => {
    if (!active || reading) return;
    const timer = setTimeout(() => {
      if (document.visibilityState === "visible") start(() => router.refresh());
      setTurn((was) => was + 1);
    }, everyMs);
    return () => clearTimeout(timer);
  }, [active, reading, turn, everyMs, router]);
  return null;
}
