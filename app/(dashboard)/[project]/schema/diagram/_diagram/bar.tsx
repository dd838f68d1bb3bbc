"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { Mark } from "@/components/mark";
import { Select } from "@/components/ui/select";
import type { DiagramView } from "@/lib/operations/schema/views";
import { type DiagramQuery, diagramAddress } from "./query";

/** What is drawn: which schema or which table's surroundings, which deployment; and the list in its place. */
export function DiagramBar({
  project,
  query,
  diagram,
}: {
  project: string;
  query: DiagramQuery;
  diagram: DiagramView;
}) {
  const t = useTranslations("schema.diagram");
  const locale = useLocale();
  const router = useRouter();
  const address = (changes: Partial<DiagramQuery>) => diagramAddress(project, query, changes);
  const all = diagram.schemas.reduce((sum, one) => sum + one.tables, 0);
  const focusName = query.focus?.slice(query.focus.indexOf(":") + 1);
  return (
    <div className="dg-bar">
      <Select
        aria-label={t("schema")}
        value={query.schema ?? ""}
        onChange={(event) => router.push(address({ schema: event.target.value || null, focus: null }))}
        options={[
          { value: "", label: t("allSchemas", { count: all }) },
          ...diagram.schemas.map((one) => ({
            value: one.name,
            label: `${one.name} (${one.tables.toLocaleString(locale)})`,
          })),
        ]}
      />
      {focusName ? (
        <>
          <span className="dg-focus">
            {t.rich("around", { name: () => <code key="name">{focusName}</code> })}
            <Link href={address({ focus: null })} aria-label={t("focusOff")}>
              <Icon name="close" small />
            </Link>
          </span>
          <Select
            aria-label={t("depth")}
            value={String(query.depth)}
            onChange={(event) => router.push(address({ depth: Number(event.target.value) }))}
            options={[1, 2, 3].map((depth) => ({
              value: String(depth),
              label: t("steps", { count: depth }),
            }))}
          />
        </>
      ) : null}
      {query.deployment !== null ? (
        <span className="dg-focus">
          {diagram.deployment ? (
            t("deployment", { number: query.deployment, count: diagram.deployment.changes.length })
          ) : (
            <Mark meaning="warning">{t("noDeployment", { number: query.deployment })}</Mark>
          )}
          <Link href={address({ deployment: null })} aria-label={t("deploymentOff")}>
            <Icon name="close" small />
          </Link>
        </span>
      ) : null}
      <span className="dg-count">
        {diagram.total > diagram.tables.length
          ? t("most", { shown: diagram.tables.length, total: diagram.total })
          : t("shown", { count: diagram.tables.length, references: diagram.edges.length })}
      </span>
      <nav className="dg-views" aria-label={t("view")}>
        <Link href={address({ list: false })} aria-current={query.list ? undefined : "page"}>
          {t("drawing")}
        </Link>
        <Link href={address({ list: true })} aria-current={query.list ? "page" : undefined}>
          {t("list")}
        </Link>
      </nav>
    </div>
  );
}
