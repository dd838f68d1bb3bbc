import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { AUDIT_OUTCOMES } from "@/lib/operations/audit/list";
import { type AuditQuery, ENTITIES } from "./filter";

interface AuditFilterBarProps {
  path: string;
  query: AuditQuery;
  environments: { id: string; name: string }[];
}

/** A plain form: the filter stands in the address and works without scripts. */
export function AuditFilterBar({ path, query, environments }: AuditFilterBarProps) {
  const t = useTranslations("audit");
  const any = (label: string) => ({ value: "", label });
  return (
    <form className="bar-filter" action={path} method="get">
      <Input
        type="search"
        name="actor"
        defaultValue={query.actor}
        placeholder={t("actorFilter")}
        aria-label={t("actorFilter")}
        data-filter=""
      />
      <Input
        type="search"
        name="resource"
        defaultValue={query.resource}
        placeholder={t("resourceFilter")}
        aria-label={t("resourceFilter")}
      />
      <span className="w-auto">
        <Select
          name="operation"
          aria-label={t("operation")}
          defaultValue={query.operation ?? ""}
          options={[
            any(t("anyOperation")),
            ...(query.operation && !ENTITIES.some((entity) => `${entity}.` === query.operation)
              ? [{ value: query.operation, label: query.operation }]
              : []),
            ...ENTITIES.map((entity) => ({ value: `${entity}.`, label: t(`entity.${entity}`) })),
          ]}
        />
      </span>
      <span className="w-auto">
        <Select
          name="outcome"
          aria-label={t("outcome")}
          defaultValue={query.outcome ?? ""}
          options={[
            any(t("anyOutcome")),
            ...AUDIT_OUTCOMES.map((outcome) => ({ value: outcome, label: t(`outcomes.${outcome}`) })),
          ]}
        />
      </span>
      {environments.length > 0 ? (
        <span className="w-auto">
          <Select
            name="environmentId"
            aria-label={t("environment")}
            defaultValue={query.environmentId ?? ""}
            options={[
              any(t("anyEnvironment")),
              ...environments.map(({ id, name }) => ({ value: id, label: name })),
            ]}
          />
        </span>
      ) : null}
      <label className="date-filter">
        <span>{t("from")}</span>
        <Input type="date" name="from" defaultValue={query.from?.slice(0, 10)} />
      </label>
      <label className="date-filter">
        <span>{t("to")}</span>
        <Input type="date" name="to" defaultValue={query.to?.slice(0, 10)} />
      </label>
      <Button type="submit">{t("filter")}</Button>
      {Object.keys(query).length > 0 ? (
        <Button asChild variant="quiet">
          <Link href={path}>{t("clear")}</Link>
        </Button>
      ) : null}
    </form>
  );
}
