import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/select";

interface FiltersProps {
  /** Address of the list without its query. */
  action: string;
  /** Name of the parameter and its values with their words. */
  state: { name: string; value: string; options: { value: string; label: string }[] };
  services: { id: string; name: string }[];
  environments: { id: string; name: string }[];
  service: string;
  environment: string;
}

/** Filters that live in the address; a plain form, so that they work before any script has come. */
export function Filters({ action, state, services, environments, service, environment }: FiltersProps) {
  const t = useTranslations("deployments");
  const filtered = Boolean(state.value || service || environment);
  return (
    <form className="bar-filter" action={action} method="get" role="search">
      <Select
        name={state.name}
        defaultValue={state.value}
        aria-label={t("list.state")}
        data-filter=""
        options={state.options}
      />
      <Select
        name="service"
        defaultValue={service}
        aria-label={t("list.service")}
        options={[
          { value: "", label: t("list.allServices") },
          ...services.map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
      <Select
        name="environment"
        defaultValue={environment}
        aria-label={t("list.environment")}
        options={[
          { value: "", label: t("list.allEnvironments") },
          ...environments.map((one) => ({ value: one.id, label: one.name })),
        ]}
      />
      <Button type="submit">{t("list.filter")}</Button>
      {filtered ? (
        <Button asChild variant="quiet">
          <Link href={action}>{t("list.clear")}</Link>
        </Button>
      ) : null}
    </form>
  );
}
