import { useTranslations } from "next-intl";
import { ChangeMark } from "@/components/comparison/change-mark";
import { ChangeText } from "@/components/comparison/change-text";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import type { DriftView } from "@/lib/operations/drift/views";
import { NoticeButton } from "./notice-button";

/** What the policy leaves out of this report, and the rules that people made. */
export function Ignored({ view }: { view: DriftView }) {
  const t = useTranslations("drift");
  return (
    <>
      {view.ignored.length > 0 ? (
        <Section title={t("ignored")} note={t("ignoredNote")}>
          <ul className="panel lines">
            {view.ignored.slice(0, 100).map(({ change, rule }) => (
              <li key={change.id}>
                <span>
                  <ChangeMark change={change.change} /> <ChangeText change={{ ...change, relation: null }} />
                </span>
                <span className="muted">
                  {t.has(`rule.${rule}`) ? t(`rule.${rule as "owners"}`) : <code>{rule}</code>}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
      {view.ignores.length > 0 ? (
        <Section title={t("rules")} note={t("rulesNote", { environment: view.environment.name })}>
          <ul className="panel drift-rules">
            {view.ignores.map((rule) => (
              <li key={rule.id}>
                <span className="min-w-0">
                  <code>{rule.pattern}</code>
                  <span className="second">{rule.reason}</span>
                </span>
                <span className="muted">
                  {t.rich("ruleBy", { by: rule.by, at: () => <RelativeTime key="at" at={rule.at} /> })}
                </span>
                {view.actions.ignore.allowed || view.actions.ignore.reason === "nothing" ? (
                  <NoticeButton targetId={view.targetId} ignoreId={rule.id} />
                ) : null}
              </li>
            ))}
          </ul>
        </Section>
      ) : null}
    </>
  );
}
