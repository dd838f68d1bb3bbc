import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { EnvironmentChip } from "@/components/environment";
import { useFailureText } from "@/components/failure-text";
import { Icon } from "@/components/icon";
import { Mark, type Meaning } from "@/components/mark";
import { Section } from "@/components/page";
import { RelativeTime } from "@/components/relative-time";
import { useShortList } from "@/components/short-list";
import type { NeedsYou } from "@/lib/operations/overview/views";
import { needHref } from "./links";

/** What waits for the reader; the first thing that is theirs to decide carries the page's one solid button. */
export function NeedsYouList({ slug, needs }: { slug: string; needs: NeedsYou[] }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  if (needs.length === 0) return null;
  const kinds = [...new Set(needs.map((need) => need.kind))];
  const note = format.list(
    kinds.map((kind) =>
      t(`needs.count.${kind}`, { count: needs.filter((need) => need.kind === kind).length }),
    ),
    { type: "unit" },
  );
  return (
    <Section title={t("needs.title")} note={note} className="first">
      <ul className="panel needs">
        {needs.map((need, index) => (
          <li key={keyOf(need)}>
            <NeedRow
              slug={slug}
              need={need}
              solid={index === 0 && (need.kind === "approval" || need.kind === "start")}
            />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function keyOf(need: NeedsYou): string {
  if ("number" in need) return `${need.kind} ${need.number}`;
  return `${need.kind} ${"restoreId" in need ? need.restoreId : need.targetId}`;
}

function NeedRow({ slug, need, solid }: { slug: string; need: NeedsYou; solid: boolean }) {
  const t = useTranslations("overview");
  const verb = t(`needs.verb.${need.kind}`, { number: "number" in need ? need.number : 0 });
  return (
    <Link href={needHref(slug, need)} data-row-link="">
      <NeedMark need={need} />
      <span className="what">
        <b>
          {"number" in need
            ? t("needs.deployment", { number: need.number, service: need.service })
            : need.service}
        </b>{" "}
        <span className="why">
          <Why need={need} />
        </span>
      </span>
      <span className="where">
        <EnvironmentChip environment={need.environment} plain />
      </span>
      <span className="since">{need.since ? <RelativeTime at={need.since} /> : null}</span>
      {solid ? (
        <span className="btn go small">{verb}</span>
      ) : (
        <span className="then link">
          {verb}
          <Icon name="arrow" small />
        </span>
      )}
    </Link>
  );
}

function NeedMark({ need }: { need: NeedsYou }) {
  const t = useTranslations("overview");
  if (need.kind === "approval" || need.kind === "start") {
    return need.severity ? <Mark meaning={need.severity} /> : <Mark meaning="neutral" />;
  }
  const meanings: Record<Exclude<NeedsYou["kind"], "approval" | "start">, Meaning> = {
    changes: "warning",
    blocked: "warning",
    failed: "danger",
    in_doubt: "unknown",
    problem: "warning",
    drift: "warning",
    unreachable: "warning",
    backup_failed: "danger",
    backup_overdue: "warning",
    restore_approval: "warning",
    restore_in_doubt: "unknown",
  };
  return <Mark meaning={meanings[need.kind]}>{t(`needs.mark.${need.kind}`)}</Mark>;
}

function Why({ need }: { need: NeedsYou }) {
  const t = useTranslations("overview");
  const say = useFailureText();
  const list = useShortList();
  switch (need.kind) {
    case "approval":
    case "start":
      return need.kind === "approval" && need.destroys.length > 0
        ? t.rich("needs.why.destroys", {
            count: need.migrations,
            names: list(need.destroys, 3),
            code: (text) => <code>{text}</code>,
          })
        : t(`needs.why.${need.kind}`, { count: need.migrations });
    case "failed":
      return need.message
        ? t("needs.why.failed", {
            statement: need.statement ?? 0,
            message: say({ ...need, message: need.message }).message,
          })
        : t("needs.why.failedPlain");
    case "problem":
      return t("needs.why.problem", { count: need.count });
    case "drift":
      return t("needs.why.drift", { count: need.count });
    case "unreachable":
      return say(need).message;
    case "backup_failed":
      return t("needs.why.backup_failed", { message: need.failure ? say(need.failure).message : "none" });
    case "backup_overdue":
      return t("needs.why.backup_overdue", { last: need.ever ? "once" : "never" });
    default:
      return t(`needs.why.${need.kind}`);
  }
}
