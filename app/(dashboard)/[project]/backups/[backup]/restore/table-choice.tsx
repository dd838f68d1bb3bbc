"use client";

import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { formatBytes, formatCount } from "@/components/format";
import { Note } from "@/components/states";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { TableName } from "@/lib/core/backup/types";
import type { BackupContents } from "@/lib/operations/backup/contents";

interface TableChoiceProps {
  contents: BackupContents;
  /** JSON of {schema, name}. */
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

const SHOWN = 200;
const NAMED = 8;
const keyOf = ({ schema, name }: TableName) => JSON.stringify({ schema, name });
const textOf = ({ schema, name }: TableName) => `${schema}.${name}`;

/** Tables of the archive; those that hang on the chosen ones by foreign keys are named, and one press adds them. */
export function TableChoice({ contents, chosen, onChange }: TableChoiceProps) {
  const t = useTranslations("backups.wizard");
  const locale = useLocale();
  const [filter, setFilter] = useState("");
  const fitting = contents.tables.filter((table) =>
    textOf(table).toLowerCase().includes(filter.trim().toLowerCase()),
  );
  const neighbours = neighboursOf(contents, chosen);
  const turn = (key: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(key);
    else next.delete(key);
    onChange(next);
  };
  return (
    <div className="grid gap-3">
      <Field label={t("tables", { count: chosen.size })}>
        <Input
          value={filter}
          placeholder={t("tablesFilter")}
          onChange={(event) => setFilter(event.target.value)}
        />
      </Field>
      <div className="panel table-choice" role="group" aria-label={t("tables", { count: chosen.size })}>
        {fitting.slice(0, SHOWN).map((table) => (
          <label key={keyOf(table)}>
            <Checkbox
              checked={chosen.has(keyOf(table))}
              onChange={(event) => turn(keyOf(table), event.target.checked)}
            />
            <code>{textOf(table)}</code>
            <span className="muted">
              {t("tableSize", {
                count: table.rows,
                rows: formatCount(table.rows, locale),
                size: formatBytes(table.bytes, locale),
              })}
            </span>
          </label>
        ))}
        {fitting.length > SHOWN ? (
          <p className="muted">{t("tablesMore", { count: fitting.length - SHOWN })}</p>
        ) : null}
      </div>
      {neighbours.length > 0 ? (
        <Note
          meaning="warning"
          action={
            <Button size="small" onClick={() => onChange(new Set([...chosen, ...neighbours.map(keyOf)]))}>
              {t("addNeighbours")}
            </Button>
          }
        >
          {t("neighbours", {
            names: neighbours.slice(0, NAMED).map(textOf).join(", "),
            more: Math.max(0, neighbours.length - NAMED),
            count: neighbours.length,
          })}
        </Note>
      ) : null}
    </div>
  );
}

/** Tables at the other end of a foreign key of a chosen one. */
function neighboursOf({ foreignKeys }: BackupContents, chosen: ReadonlySet<string>): TableName[] {
  const found = new Map<string, TableName>();
  for (const { table, references } of foreignKeys) {
    if (chosen.has(keyOf(table)) && !chosen.has(keyOf(references))) found.set(keyOf(references), references);
    if (chosen.has(keyOf(references)) && !chosen.has(keyOf(table))) found.set(keyOf(table), table);
  }
  return [...found.values()];
}
