"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import { Note } from "@/components/states";

const EVERY_MS = 2500;

/** A look is under way: the page is read anew until it is done. */
export function WaitForCheck() {
  const t = useTranslations("drift");
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => router.refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return (
    <div className="sec first" aria-live="polite">
      <Note>{t("checkingNow")}</Note>
    </div>
  );
}
