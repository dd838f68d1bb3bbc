"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Select } from "@/components/ui/select";
import type { TargetChoiceEntry } from "./load";

/** Which database the page is about; the address says it. */
export function TargetChoice({
  path,
  targets,
  chosen,
}: {
  path: string;
  targets: TargetChoiceEntry[];
  chosen: string;
}) {
  const t = useTranslations("schema");
  const router = useRouter();
  return (
    <Select
      className="target-choice"
      aria-label={t("target")}
      value={chosen}
      onChange={(event) => router.push(`${path}?target=${event.target.value}`)}
      options={targets.map((one) => ({
        value: one.id,
        label: `${one.service.name} / ${one.environment.name}${one.environment.protected ? ` (${t("protected")})` : ""}`,
      }))}
    />
  );
}
