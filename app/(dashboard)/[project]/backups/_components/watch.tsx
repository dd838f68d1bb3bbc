"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

/** Reads the page anew while something on it is at work; nothing while it is out of sight. */
export function Watch({ active, everyMs = 1500 }: { active: boolean; everyMs?: number }) {
  const router = useRouter();
  useEffect(() => {
    if (!active) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") router.refresh();
    }, everyMs);
    return () => clearInterval(timer);
  }, [active, everyMs, router]);
  return null;
}
