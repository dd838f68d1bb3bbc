import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";
import type { PlannedMigration } from "@/lib/core/run/types";

/** Beside a migration that runs after one of a later version; nothing beside others. */
export function OutOfOrder({ migration: { after } }: { migration: PlannedMigration }) {
  const t = useTranslations("deployments");
  if (after === undefined) return null;
  return (
    <Mark meaning="warning" className="sentence ml-1 md:ml-3">
      {t("outOfOrder", { version: after })}
    </Mark>
  );
}
