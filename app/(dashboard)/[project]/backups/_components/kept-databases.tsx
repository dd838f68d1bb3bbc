"use client";

import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { EnvironmentChip } from "@/components/environment";
import { formatBytes } from "@/components/format";
import { Section } from "@/components/page";
import { useAnswer } from "@/components/use-answer";
import type { KeptDatabase } from "@/lib/operations/restore/list-kept";
import { keptSizesAction } from "../actions";
import { KeptActions } from "./kept-actions";

/** What restores of this project keep, with the way back. Servers are asked for the sizes once the page is there. */
export function KeptDatabases({ project, kept }: { project: string; kept: KeptDatabase[] }) {
  const t = useTranslations("backups.kept");
  const locale = useLocale();
  const format = useFormatter();
  const [sizes, setSizes] = useState<Record<string, number>>({});
  const settled = useAnswer();
  const which = kept.map((one) => one.kept).join(" ");

  useEffect(() => {
    let current = true;
    if (which !== "")
      settled(keptSizesAction({ project })).then((answer) => {
        if (current && answer.ok) setSizes(answer.data);
      });
    return () => {
      current = false;
    };
  }, [project, which, settled]);

  const facts = ({ useId, until, kind }: KeptDatabase): string => {
    const bytes = sizes[useId];
    return [
      t(`kind.${kind}`),
      bytes === undefined ? null : bytes === 0 ? t("gone") : formatBytes(bytes, locale),
      until ? t("until", { at: format.dateTime(new Date(until), { dateStyle: "medium" }) }) : null,
    ]
      .filter((fact) => fact !== null)
      .join(" · ");
  };

  if (kept.length === 0) return null;
  return (
    <Section title={t("title")} note={t("note")}>
      <ul className="panel uses">
        {kept.map((one) => (
          <li key={one.useId}>
            <div className="use-head">
              <b className="wrap-any">
                <code>{one.kept}</code>
              </b>
              <span className="muted">{one.service}</span>
              <EnvironmentChip environment={one.environment} plain />
            </div>
            <p className="muted">{facts(one)}</p>
            <div className="flex flex-wrap items-center gap-2 mt-2">
              {one.mayRestore ? <KeptActions {...one} /> : null}
              <Link className="link" href={`/${project}/backups/${one.backupId}`}>
                {t("restore")}
              </Link>
            </div>
          </li>
        ))}
      </ul>
    </Section>
  );
}
