import { useTranslations } from "next-intl";
import { useCallback } from "react";
import type { Finding } from "@/lib/core/risk/types";

/** A finding in the reader's language: `findings.<code>` when it is there, else the rule's own English. */
export function useFindingText() {
  const t = useTranslations();
  return useCallback(
    (finding: Finding) => {
      const say = (part: "title" | "message" | "suggestion", fallback: string | undefined) => {
        const key = `findings.${finding.code}.${part}`;
        return t.has(key as never) ? t(key as never, finding.params as never) : fallback;
      };
      return {
        title: say("title", finding.title) ?? finding.title,
        message: say("message", finding.message) ?? finding.message,
        suggestion: say("suggestion", finding.suggestion),
      };
    },
    [t],
  );
}
