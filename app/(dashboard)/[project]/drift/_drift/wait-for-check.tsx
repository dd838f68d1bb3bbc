"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useTransition } from "react";
import { Note } from "@/components/states";

const EVERY_MS = 2500;

/**
 * A look is under way: the page is read anew until it is done. One reading follows the other: a second that begins
 * before the first has come holds it back, and on a slow server nothing would ever show.
 */
export function WaitForCheck() {
  const t = useTranslations("drift");
  const router = useRouter();
  const [reading, start] = useTransition();
  useEffect(() => {
    if (reading) return;
    const timer = setTimeout(() => start(() => router.refresh()), EVERY_MS);
    return () => clearTimeout(timer);
  }, [router, reading]);
  return (
    <div className="sec first" aria-live="polite">
      <Note>{t("checkingNow")}</Note>
    </div>
  );
}
