import { useTranslations } from "next-intl";
import type { DriftRow } from "@/lib/operations/drift/views";

/** "3 added, 1 removed": only what there is. */
export function CountsText({ counts }: { counts: DriftRow["counts"] }) {
  const t = useTranslations("drift");
  const parts = (["added", "changed", "removed"] as const).filter((key) => counts[key] > 0);
  return parts.map((key) => t(`counts.${key}`, { count: counts[key] })).join(", ");
}
