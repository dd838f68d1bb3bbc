import Link from "next/link";
import { useTranslations } from "next-intl";
import { Section } from "@/components/page";
import type { DriftView } from "@/lib/operations/drift/views";

/** How often it is looked for, what follows, and what is left out. */
export function Policy({ view, project }: { view: DriftView; project: string }) {
  const t = useTranslations("drift");
  const { policy } = view;
  const left = (["ignoreOwners", "ignoreGrants", "ignoreComments", "ignoreStatistics"] as const).filter(
    (name) => policy[name],
  );
  return (
    <Section
      title={t("policy")}
      right={
        <Link className="link" href={`/${project}/settings/policies`}>
          {t("toPolicies")}
        </Link>
      }
    >
      <dl className="panel drift-policy">
        <div>
          <dt>{t("policyEvery")}</dt>
          <dd>
            {policy.everyMinutes === null
              ? t("everyNever")
              : policy.everyMinutes % 60 === 0
                ? t("everyHours", { count: policy.everyMinutes / 60 })
                : t("everyMinutes", { count: policy.everyMinutes })}
          </dd>
        </div>
        <div>
          <dt>{t("policyBefore")}</dt>
          <dd>{t(`before.${policy.beforeDeployment}`)}</dd>
        </div>
        {view.schemas.length > 0 ? (
          <div>
            <dt>{t("policySchemas")}</dt>
            <dd>{t("onlySchemas", { count: view.schemas.length, schemas: view.schemas.join(", ") })}</dd>
          </div>
        ) : null}
        <div>
          <dt>{t("policyLeaves")}</dt>
          <dd>
            {[...left.map((name) => t(`leaves.${name}`)), ...policy.ignoreSchemas].join(", ") ||
              t("leavesNothing")}
          </dd>
        </div>
      </dl>
    </Section>
  );
}
