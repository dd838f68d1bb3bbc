"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import type { SideChoice } from "./sides";

interface SideBarProps {
  sides: SideChoice[];
  chosen: { source: string; target: string };
  onChange: (chosen: { source: string; target: string }) => void;
  actions: ReactNode;
}

/** From what, to what. */
export function SideBar({ sides, chosen, onChange, actions }: SideBarProps) {
  const t = useTranslations("compare");
  return (
    <div className="cmp-sides">
      <SideSelect
        label={t("source")}
        sides={sides}
        value={chosen.source}
        onChange={(source) => onChange({ ...chosen, source })}
      />
      <Button
        variant="quiet"
        size="icon"
        aria-label={t("swap")}
        onClick={() => onChange({ source: chosen.target, target: chosen.source })}
      >
        <Icon name="arrow" />
      </Button>
      <SideSelect
        label={t("target")}
        sides={sides}
        value={chosen.target}
        onChange={(target) => onChange({ ...chosen, target })}
      />
      <div className="act">{actions}</div>
    </div>
  );
}

const KINDS = ["target", "ledger", "migrations"] as const;

function SideSelect({
  label,
  sides,
  value,
  onChange,
}: {
  label: string;
  sides: SideChoice[];
  value: string;
  onChange: (value: string) => void;
}) {
  const t = useTranslations("compare");
  return (
    <label className="cmp-side">
      <span className="muted">{label}</span>
      <span className="select-box">
        <select className="input" value={value} onChange={(event) => onChange(event.target.value)}>
          {KINDS.map((kind) => (
            <optgroup key={kind} label={t(`sides.${kind}`)}>
              {sides
                .filter((one) => one.kind === kind)
                .map((one) => (
                  <option key={one.value} value={one.value}>
                    {one.environment
                      ? t(`side.${kind}`, { service: one.service, environment: one.environment.name })
                      : t("side.migrations", { service: one.service })}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
        <Icon name="down" />
      </span>
    </label>
  );
}
