"use client";

import { useTranslations } from "next-intl";
import { CopyButton } from "@/components/copy-button";
import { ScrollBox } from "@/components/scroll-box";
import { SqlText } from "@/components/sql-text";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import type { PlanView } from "@/lib/operations/comparison/views";

interface PlanSqlProps {
  plan: PlanView;
  way: "up" | "down";
  /** The SQL is the one of the ticks as they are. */
  fresh: boolean;
  busy: boolean;
  count: number;
  onWrite: () => void;
}

/** The SQL of what is ticked, there and back. */
export function PlanSql({ plan, way, fresh, busy, count, onWrite }: PlanSqlProps) {
  const t = useTranslations("compare");
  const sql = way === "up" ? plan.up : plan.down;
  return (
    <>
      {way === "up" && plan.losesData ? <Note meaning="danger">{t("planLoses")}</Note> : null}
      {way === "up" && plan.stillBlocks && plan.stillBlocks.length > 0 ? (
        <Note meaning="warning">
          {t("stillBlocks.title")}
          <ul className="cmp-notes">
            {plan.stillBlocks.map(({ name, reason }) => (
              <li key={`${name} ${reason}`}>{t(`stillBlocks.${reason}`, { name })}</li>
            ))}
          </ul>
        </Note>
      ) : null}
      {way === "down" && plan.cannotBringBack.length > 0 ? (
        <Note meaning="warning">
          {t("cannotBringBack")}
          <ul className="cmp-notes">
            {plan.cannotBringBack.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </Note>
      ) : null}
      {fresh ? null : (
        <Note
          meaning="notice"
          action={
            <Button size="small" pending={busy} onClick={onWrite}>
              {t("writeAgain", { count })}
            </Button>
          }
        >
          {t("notFresh")}
        </Note>
      )}
      <div className="panel cmp-sql">
        <div className="cmp-copy">
          <CopyButton text={sql} label={t(`tabs.${way}`)} />
        </div>
        <ScrollBox className={fresh ? "definition" : "definition old"} label={t(`tabs.${way}`)}>
          {sql.trim() === "" ? (
            <p className="muted">{t("noSql")}</p>
          ) : (
            <SqlText sql={sql.length > 200_000 ? `${sql.slice(0, 200_000)}\n…` : sql} block />
          )}
        </ScrollBox>
      </div>
    </>
  );
}
