"use client";

import { useTranslations } from "next-intl";
import { type Column, DataTable } from "@/components/data-table";
import { EnvironmentChip } from "@/components/environment";
import { RelativeTime } from "@/components/relative-time";
import type { MigrationGroup, MigrationRow } from "@/lib/operations/migration/views";
import { StateMark } from "./state-mark";

/**
 * The migrations of one service, newest first, with a column per environment. Rows go to the browser as data and not as
 * what is drawn of them.
 */
export function MigrationsTable({ project, group }: { project: string; group: MigrationGroup }) {
  const t = useTranslations("migrations");
  const columns: Column<MigrationRow>[] = [
    {
      key: "name",
      header: t("list.name"),
      cell: (row) => (
        <>
          <span className="migration-name">{row.name}</span>
          {row.draft ? <span className="tag-draft">{t("state.draft")}</span> : null}
          {row.kind === "repeatable" ? <span className="tag-draft">{t("list.repeatable")}</span> : null}
          <code className="second">{row.version || row.filename}</code>
        </>
      ),
    },
    ...group.environments.map(
      (environment, index): Column<MigrationRow> => ({
        key: environment.id,
        header: <EnvironmentChip environment={environment} plain />,
        width: group.environments.length > 4 ? "112px" : "152px",
        phoneLabel: environment.name,
        cell: (row) => {
          const state = row.states[index];
          return state ? <StateMark of={state} draft={row.draft} /> : null;
        },
      }),
    ),
    {
      key: "saved",
      header: t("list.saved"),
      width: "112px",
      wideOnly: true,
      cell: (row) => (
        <span className="muted">
          <RelativeTime at={row.updatedAt} />
        </span>
      ),
    },
  ];
  return (
    <div className="quiet-safe">
      <DataTable
        caption={t("list.caption", { service: group.service.name })}
        columns={columns}
        rows={group.rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/${project}/migrations/${row.id}`}
      />
    </div>
  );
}
