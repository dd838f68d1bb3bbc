"use client";

import { unstable_rethrow } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback } from "react";

interface LostAnswer {
  ok: false;
  error: { code: "connection.lost"; message: string; hint: string; details: Record<string, never> };
}

/**
 * Waits for a server action. An answer that got lost on the way is a refusal like any other, to be shown where the
 * reader is: thrown, it would take the whole page away.
 */
export function useAnswer(): <Answer>(sent: Promise<Answer>) => Promise<Answer | LostAnswer> {
  const t = useTranslations("common");
  return useCallback(
    async (sent) => {
      try {
        return await sent;
      } catch (error) {
        // A redirect of Next is thrown too.
        unstable_rethrow(error);
        const words = { message: t("connectionLost"), hint: t("connectionLostHint") };
        return { ok: false, error: { code: "connection.lost", ...words, details: {} } };
      }
    },
    [t],
  );
}
