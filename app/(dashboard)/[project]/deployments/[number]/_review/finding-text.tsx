import { useTranslations } from "next-intl";
import type { Finding } from "@/lib/core/risk/types";

type Part = "title" | "message" | "suggestion";

/** The rule's words in the reader's language; a rule without a translation speaks for itself, in English. */
function useFindingText(finding: Finding, part: Part): string {
  const t = useTranslations("findings");
  const key = `${finding.code}.${part}`;
  const fallback = (part === "suggestion" ? finding.suggestion : finding[part]) ?? "";
  if (!t.has(key)) return fallback;
  return t(key, finding.params);
}

export function FindingTitle({ finding }: { finding: Finding }) {
  return useFindingText(finding, "title");
}

export function FindingMessage({ finding }: { finding: Finding }) {
  return useFindingText(finding, "message");
}

export function FindingSuggestion({ finding }: { finding: Finding }) {
  return useFindingText(finding, "suggestion");
}
