"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";
import type { ComparisonOptions } from "@/lib/operations/comparison/views";

export const NO_OPTIONS: ComparisonOptions = {
  schemas: [],
  exclude: [],
  renames: [],
  notRenamed: [],
  online: false,
  ignoreOwners: false,
  ignoreGrants: false,
  ignoreComments: false,
};

const SWITCHES = ["online", "ignoreOwners", "ignoreGrants", "ignoreComments"] as const;

/** What is left out, and how the SQL is written; for the next comparison. */
export function OptionsMenu({
  options,
  onChange,
}: {
  options: ComparisonOptions;
  onChange: (options: ComparisonOptions) => void;
}) {
  const t = useTranslations("compare");
  const count = SWITCHES.filter((name) => options[name]).length;
  return (
    <Popover>
      <PopoverTrigger asChild>
        <Button>{count > 0 ? t("optionsCount", { count }) : t("options")}</Button>
      </PopoverTrigger>
      <PopoverContent className="cmp-options">
        {SWITCHES.map((name) => (
          <label key={name}>
            <Checkbox
              checked={options[name]}
              onChange={(event) => onChange({ ...options, [name]: event.target.checked })}
            />
            <span>
              {t(`option.${name}`)}
              <span className="second">{t(`option.${name}Text`)}</span>
            </span>
          </label>
        ))}
      </PopoverContent>
    </Popover>
  );
}
