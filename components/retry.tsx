"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { Button } from "./ui/button";

/** Reads the page anew, for what could not be read the first time. */
export function Retry() {
  const t = useTranslations("common");
  const router = useRouter();
  const [pending, start] = useTransition();
  return (
    <Button pending={pending} onClick={() => start(() => router.refresh())}>
      {t("retry")}
    </Button>
  );
}
