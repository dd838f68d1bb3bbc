import { useTranslations } from "next-intl";
import type { BackupScope } from "@/lib/core/backup/types";

/** So many are named. */
const NAMES = 20;

/** What of a database is backed up, by name. */
export function ScopeNames({ scope }: { scope: BackupScope }) {
  const t = useTranslations("backups");
  const names =
    scope.kind === "schemas"
      ? scope.schemas
      : scope.kind === "tables"
        ? scope.tables.map(({ schema, name }) => `${schema}.${name}`)
        : [];
  if (names.length === 0) return t(`new.scopes.${scope.kind}`);
  return (
    <>
      {t(`scope.${scope.kind}`, { count: names.length })}: <code>{names.slice(0, NAMES).join(", ")}</code>
      {names.length > NAMES ? " …" : null}
    </>
  );
}
