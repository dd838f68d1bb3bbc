import { useTranslations } from "next-intl";
import { Mark, type Meaning } from "@/components/mark";
import type { DriftState } from "@/lib/operations/drift/views";

const MEANINGS: Record<DriftState, Meaning> = {
  none: "safe",
  drifted: "warning",
  unknown: "unknown",
  unmanaged: "neutral",
};

/** Whether a database is what its ledger says. */
export function DriftMark({ state }: { state: DriftState | null }) {
  const t = useTranslations("drift");
  return <Mark meaning={state === null ? "neutral" : MEANINGS[state]}>{t(`state.${state ?? "never"}`)}</Mark>;
}
