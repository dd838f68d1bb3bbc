import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import type { Meaning } from "@/components/mark";
import { ClockTime, RelativeTime } from "@/components/relative-time";
import type { Requirement } from "@/lib/operations/deployment/views";

const meanings: Record<Requirement["state"], Exclude<Meaning, "neutral" | "notice">> = {
  met: "safe",
  unmet: "danger",
  warning: "warning",
  unknown: "unknown",
};

/** What must be true before it may run, and whether it is. */
export function Requirements({ requirements }: { requirements: Requirement[] }) {
  const t = useTranslations("deployments");
  if (requirements.length === 0) return null;
  return (
    <section>
      <h3>{t("before.title")}</h3>
      <ul className="lines">
        {requirements.map((requirement) => {
          const severe = requirement.key === "findings" && Number(requirement.params.dangers ?? 0) > 0;
          const meaning = severe
            ? "danger"
            : requirement.state === "unknown" && requirement.key === "checked"
              ? "neutral"
              : meanings[requirement.state];
          return (
            <li key={requirement.key} className={meaning}>
              <Icon name={meaning === "neutral" ? "todo" : meaning} />
              <span>
                <span className="sr-only">{t(`before.states.${requirement.state}`)} </span>
                {t(`before.${requirement.key}.${requirement.state}`, requirement.params)}
              </span>
              <span>
                {requirement.key === "findings" && requirement.state !== "met" ? (
                  <a className="link" href="#findings">
                    {t("before.read")}
                  </a>
                ) : requirement.at ? (
                  requirement.key === "backup" ? (
                    <RelativeTime at={requirement.at} />
                  ) : (
                    <ClockTime at={requirement.at} />
                  )
                ) : null}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
