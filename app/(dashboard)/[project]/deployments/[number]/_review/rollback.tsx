import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { formatDuration } from "@/components/format";
import { Icon, type IconName } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import { Section } from "@/components/page";
import { useShortList } from "@/components/short-list";
import type { DryRun } from "@/lib/core/run/types";
import type { DeploymentView } from "@/lib/operations/deployment/views";

interface RollbackProps {
  view: DeploymentView;
  rollback: DryRun["rollback"];
  shadow: DryRun["shadow"];
}

/** Whether the way back works, and where all of this was tried. */
export function Rollback({ view, rollback, shadow }: RollbackProps) {
  const t = useTranslations("deployments");
  const list = useShortList();
  const locale = useLocale();
  const count = view.plan.length;
  return (
    <div className="pair" id="rollback">
      {view.direction === "up" ? (
        <Section
          title={t("tabs.rollback")}
          right={
            <Mark
              meaning={
                rollback.proven
                  ? "safe"
                  : rollback.reason === "failed" || rollback.reason === "differs"
                    ? "danger"
                    : "warning"
              }
            >
              {t(`rollback.${rollback.reason}.mark`)}
            </Mark>
          }
        >
          <ul className="panel proof">
            {rollback.reason === "no_down" || rollback.reason === "not_tried" ? (
              <Proof meaning="warning">{t(`rollback.${rollback.reason}.text`)}</Proof>
            ) : (
              <>
                <Proof
                  meaning={rollback.reason === "failed" ? "danger" : "safe"}
                  value={rollback.durationMs === null ? null : formatDuration(rollback.durationMs, locale)}
                >
                  {t("rollback.upAndDown", { count })}
                </Proof>
                {rollback.failure ? <Proof meaning="danger">{rollback.failure.message}</Proof> : null}
                {rollback.reason === "proven" ? (
                  <Proof
                    meaning="safe"
                    value={view.bound ? <code>{view.bound.schema.slice(0, 8)}</code> : null}
                  >
                    {t("rollback.sameSchema")}
                  </Proof>
                ) : null}
                {rollback.orderOnly ? <Proof meaning="notice">{t("rollback.orderOnly")}</Proof> : null}
                {rollback.reason === "partly" ? (
                  <Proof meaning="warning">{t("rollback.partly.text")}</Proof>
                ) : null}
                {rollback.reason === "differs" ? (
                  <Proof meaning="danger">{t("rollback.differs.text")}</Proof>
                ) : null}
              </>
            )}
            {view.destroys.length > 0 ? (
              <Proof meaning="warning">{t("rollback.notTheData", { names: list(view.destroys, 6) })}</Proof>
            ) : null}
          </ul>
          {rollback.difference && !rollback.proven ? (
            <pre className="panel difference">{rollback.difference}</pre>
          ) : null}
        </Section>
      ) : null}
      <Section title={t("shadow.title")}>
        <ul className="panel proof">
          <Proof meaning="safe" value={`PostgreSQL ${shadow.serverVersion}`}>
            {t(`shadow.${shadow.kind}`)}
          </Proof>
          <Proof meaning="neutral" icon="wait" value={formatDuration(shadow.createdMs, locale)}>
            {t("shadow.made")}
          </Proof>
          <Proof meaning="neutral" icon="safe">
            {t("shadow.rows")}
          </Proof>
        </ul>
      </Section>
    </div>
  );
}

function Proof({
  meaning,
  icon,
  value,
  children,
}: {
  meaning: Meaning;
  icon?: IconName;
  value?: ReactNode;
  children: ReactNode;
}) {
  return (
    <li className={meaning}>
      <Icon name={icon ?? (meaning === "neutral" ? "wait" : meaning)} />
      <span>{children}</span>
      {value ? <span className="v">{value}</span> : null}
    </li>
  );
}
