"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useOptimistic, useTransition } from "react";
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
  // While the other database is being loaded the choice stays what was chosen.
  const [value, choose] = useOptimistic(chosen);
  const [pending, start] = useTransition();
  return (
    <Select
      className="target-choice"
      aria-label={t("target")}
      aria-busy={pending}
      value={value}
      onChange={(event) => {
        const { value: next } = event.target;
        start(() => {
          choose(next);
          router.push(`${path}?target=${next}`);
        });
      }}
      options={targets.map((one) => ({
        value: one.id,
        label: `${one.service.name} / ${one.environment.name}${one.environment.protected ? ` (${t("protected")})` : ""}`,
      }))}
    />
  );
}
