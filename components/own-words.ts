import { useTranslations } from "next-intl";
import { useCallback } from "react";
import { readSentence } from "@/lib/core/sentences";

/** A sentence of ours that came as text, in the reader's language; words of others, PostgreSQL's first, stay as they are. */
export function useOwnWords() {
  const t = useTranslations("sentences");
  return useCallback(
    (text: string) => {
      const found = readSentence(text);
      return found ? t(found.key, found.values) : text;
    },
    [t],
  );
}
