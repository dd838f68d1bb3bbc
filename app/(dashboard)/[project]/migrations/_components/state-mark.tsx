import { useTranslations } from "next-intl";
import type { IconName } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import { RelativeTime } from "@/components/relative-time";
import type { EnvironmentState } from "@/lib/operations/migration/views";

const LOOKS: Record<NonNullable<EnvironmentState["state"]>, { meaning: Meaning; icon?: IconName }> = {
  applied: { meaning: "safe" },
  pending: { meaning: "neutral", icon: "todo" },
  failed: { meaning: "danger" },
  changed: { meaning: "warning" },
  missing: { meaning: "warning" },
  out_of_order: { meaning: "warning" },
  in_doubt: { meaning: "unknown" },
};

/** A migration's state in one environment; of an applied one, when. Drafts belong nowhere yet. */
export function StateMark({ of, draft, long }: { of: EnvironmentState; draft?: boolean; long?: boolean }) {
  const t = useTranslations("migrations");
  if (of.targetId === null) return <span className="muted">{long ? t("state.noTarget") : <NoTarget />}</span>;
  if (draft && of.state === "pending") return <span className="muted">{t("state.notDeployed")}</span>;
  if (of.state === null) return <Mark meaning="unknown">{t("state.unread")}</Mark>;
  const { meaning, icon } = LOOKS[of.state];
  return (
    <Mark meaning={meaning} icon={icon}>
      {of.state === "applied" && of.appliedAt && !long ? (
        <>
          <span className="sr-only">{t("state.applied")} </span>
          <RelativeTime at={of.appliedAt} />
        </>
      ) : (
        t(`state.${of.state}`)
      )}
    </Mark>
  );
}

function NoTarget() {
  const t = useTranslations("migrations");
  return (
    <>
      <span aria-hidden="true">–</span>
      <span className="sr-only">{t("state.noTarget")}</span>
    </>
  );
}
