import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Diff } from "@/components/diff";
import { Icon } from "@/components/icon";
import { Mark } from "@/components/mark";
import { Section } from "@/components/page";
import { Button } from "@/components/ui/button";
import type { Finding } from "@/lib/core/risk/types";
import type { DeploymentView } from "@/lib/operations/deployment/views";
import { FindingMessage, FindingSuggestion, FindingTitle } from "./finding-text";
import { LaterPart } from "./later-part";
import { editorHref } from "./links";
import { loadPart } from "./load-part";
import { findingParts, type Part } from "./parts";

/** What the rules have to say, worst first; the first one that is serious stands open. */
export function Findings({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  const format = useFormatter();
  const [first, ...later] = findingParts(view.findings);
  const said = (["danger", "warning", "notice"] as const).filter((severity) => view.counts[severity] > 0);
  const note = format.list(
    said.map((severity) => t(`findings.count.${severity}`, { count: view.counts[severity] })),
    { type: "unit" },
  );
  return (
    <Section id="findings" title={t("tabs.findings")} note={note || null}>
      <div className="panel">
        {first ? (
          <FindingItems view={view} part={first} />
        ) : (
          <p className="p-4">
            <Mark meaning="safe" className="sentence">
              {t("findings.none")}
            </Mark>
          </p>
        )}
        {later.map(({ from, to, height }, at) => (
          <LaterPart
            key={`${view.check.finishedAt} ${from}`}
            load={loadPart.bind(null, view.id, "finding", at + 1)}
            {...{ kind: "finding", from, to, height }}
          />
        ))}
      </div>
    </Section>
  );
}

/** A stretch of the findings. */
export function FindingItems({ view, part }: { view: DeploymentView; part: Part<Finding> }) {
  return part.rows.map((finding, index) => (
    <FindingItem
      // biome-ignore lint/suspicious/noArrayIndexKey: links point at findings by their place.
      key={index}
      view={view}
      finding={finding}
      index={part.from + index}
    />
  ));
}

function FindingItem({ view, finding, index }: { view: DeploymentView; finding: Finding; index: number }) {
  const t = useTranslations("deployments");
  const statement = statementOf(view, finding);
  const open =
    index === 0 && (finding.severity === "danger" || finding.severity === "warning") && !finding.ignored;
  const migration = finding.file ?? view.plan[0]?.filename ?? "";
  return (
    <details className={`finding ${finding.severity}`} open={open} id={`finding-${index}`}>
      <summary className="bar">
        <Mark
          meaning={finding.ignored ? "neutral" : finding.severity}
          icon={finding.ignored ? "check" : undefined}
        >
          {finding.ignored ? t("findings.ignored") : undefined}
        </Mark>
        <b>
          <FindingTitle finding={finding} />
        </b>
        <span className="where">
          {t("findings.where", { statement: statement?.number ?? finding.statement, line: finding.line })}
        </span>
        <Icon name="chev" className="turn" />
      </summary>
      <div className="inside">
        <p>
          <FindingMessage finding={finding} />
        </p>
        {finding.ignored ? (
          <p className="muted">{t("findings.ignoredFor", { reason: finding.ignored.reason })}</p>
        ) : null}
        {finding.fix && statement ? (
          <SafeForm sql={statement.sql} line={finding.line} fix={finding.fix} />
        ) : (
          <p className="mt-2">
            <FindingSuggestion finding={finding} />
          </p>
        )}
        <div className="fix-bar">
          <Button asChild>
            <Link href={editorHref(view.project.slug, view.service.name, migration, finding.line)}>
              {t("findings.openEditor")}
            </Link>
          </Button>
          {finding.fix ? <span className="muted">{t("findings.afterwards")}</span> : null}
        </div>
      </div>
    </details>
  );
}

function SafeForm({ sql, line, fix }: { sql: string; line: number; fix: NonNullable<Finding["fix"]> }) {
  const t = useTranslations("deployments");
  return (
    <div className="split">
      <div>
        <h3>{t("findings.asWritten")}</h3>
        <Diff lines={sql.split("\n").map((text, index) => ({ kind: "del", number: line + index, text }))} />
      </div>
      <div>
        <h3>
          {t("findings.safeForm")}
          {fix.ownMigration ? (
            <span className="muted ml-auto font-normal text-meta">{t("findings.ownMigration")}</span>
          ) : null}
        </h3>
        <Diff
          lines={fix.sql.split("\n").map((text, index) => ({
            kind: "add",
            number: fix.ownMigration ? index + 1 : line + index,
            text,
          }))}
        />
      </div>
    </div>
  );
}

function statementOf(view: DeploymentView, finding: Finding) {
  const group = view.statements.find((one) => one.migration.filename === finding.file) ?? view.statements[0];
  return group?.statements.find((one) => one.statement === finding.statement);
}
