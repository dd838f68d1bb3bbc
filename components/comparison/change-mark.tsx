import { useTranslations } from "next-intl";
import type { SchemaChange } from "@/lib/core/diff/describe";

const SIGNS = { added: "+", removed: "−", changed: "~" } as const;

/** Added, changed or removed: a sign, its word and its colour together. */
export function ChangeMark({ change }: { change: SchemaChange["change"] }) {
  const t = useTranslations("compare");
  return (
    <span className={`cmp-mark ${change}`}>
      <span aria-hidden="true">{SIGNS[change]}</span> {t(`change.${change}`)}
    </span>
  );
}
