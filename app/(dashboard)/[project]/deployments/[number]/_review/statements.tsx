import { useLocale, useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { formatBytes, formatDuration } from "@/components/format";
import { Section } from "@/components/page";
import { ClockTime } from "@/components/relative-time";
import type { DeploymentView, StatementGroup } from "@/lib/operations/deployment/views";
import { OutOfOrder } from "../../_components/out-of-order";
import { LaterPart } from "./later-part";
import { loadPart } from "./load-part";
import { statementParts } from "./parts";
import { StatementRow } from "./statement-row";

/** Every statement with what it locks, rewrites, scans and how long it took on the shadow. */
export function Statements({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  const [first, ...later] = statementParts(view.statements);
  const only = onlyRelation(view);
  const { finishedAt } = view.check;
  const note =
    view.shadow && finishedAt
      ? t.rich("statements.tried", {
          at: () => <ClockTime at={finishedAt} />,
          environment: view.environment.name,
        })
      : t("statements.notTried");
  return (
    <Section id="statements" title={t("tabs.statements")} note={note}>
      <div className="panel">
        <StatementTable view={view} groups={first?.rows ?? []} only={only} />
        {later.map(({ from, to, height }, at) => (
          <LaterPart
            key={`${finishedAt} ${from}`}
            load={loadPart.bind(null, view.id, "statement", at + 1)}
            {...{ kind: "statement", from, to, height }}
          />
        ))}
        <table className="tbl stm fixed-cols">
          <Columns />
          <tbody>
            <Total view={view} />
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** The one relation that is locked; null: several are, and each row says which. */
export function onlyRelation(view: Pick<DeploymentView, "statements">): string | null {
  const relations = new Set(
    view.statements.flatMap((group) =>
      group.statements.flatMap((one) => one.locks.map((lock) => lock.relation)),
    ),
  );
  const [only] = relations;
  return relations.size === 1 && only !== undefined ? only : null;
}

function Columns() {
  return (
    <colgroup>
      <col style={{ width: 42 }} />
      <col />
      <col style={{ width: 168 }} />
      <col style={{ width: 74 }} />
      <col style={{ width: 74 }} />
      <col style={{ width: 66 }} />
      <col style={{ width: 124 }} />
    </colgroup>
  );
}

interface StatementTableProps {
  view: Pick<DeploymentView, "findings">;
  groups: StatementGroup[];
  only: string | null;
  /** It goes on where another one ended, whose head is seen. */
  headless?: boolean;
}

/** A stretch of the statements. */
export function StatementTable({ view, groups, only, headless = false }: StatementTableProps) {
  const t = useTranslations("deployments");
  return (
    <table className="tbl stm fixed-cols">
      <Columns />
      <thead className={cn(headless && "sr-only")}>
        <tr>
          <th scope="col" className="num">
            <span className="sr-only">{t("statements.number")}</span>
          </th>
          <th scope="col">{t("statements.statement")}</th>
          <th scope="col">{only ? t("statements.blocksOn", { relation: only }) : t("statements.blocks")}</th>
          <th scope="col" className="num">
            {t("statements.rewrites")}
          </th>
          <th scope="col" className="num">
            {t("statements.scans")}
          </th>
          <th scope="col" className="num">
            {t("statements.rows")}
          </th>
          <th scope="col" className="num">
            {t("statements.takes")}
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <Group key={group.migration.filename} group={group} view={view} only={only !== null} />
        ))}
      </tbody>
    </table>
  );
}

interface GroupProps {
  group: StatementGroup;
  view: Pick<DeploymentView, "findings">;
  only: boolean;
}

function Group({ group, view, only }: GroupProps) {
  const t = useTranslations("deployments");
  return (
    <>
      <tr className="group">
        <td colSpan={7}>
          <b>{group.migration.filename}</b> &nbsp;{t(`transaction.${group.migration.transaction}`)}
          {group.statements.length > 1 && group.migration.transaction === "one"
            ? t("transaction.held")
            : null}
          <OutOfOrder migration={group.migration} />
        </td>
      </tr>
      {group.statements.map((statement) => (
        <StatementRow
          key={statement.number}
          statement={statement}
          finding={statement.finding ? (view.findings[statement.finding.index] ?? null) : null}
          nameRelation={!only}
        />
      ))}
    </>
  );
}

function Total({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  const locale = useLocale();
  const { statements, rewriteBytes, durationMs } = view.totals;
  return (
    <tr className="tot">
      <td />
      <td className="st">{t("statements.total", { count: statements })}</td>
      <td className="lock no-val" />
      <td className={cn("num", !rewriteBytes && "no-val")}>
        {rewriteBytes ? formatBytes(rewriteBytes, locale) : null}
      </td>
      <td className="no-val" />
      <td className="no-val" />
      <td className={cn("num", durationMs === null && "no-val")} data-l={t("statements.takesLabel")}>
        {durationMs === null ? "–" : formatDuration(durationMs, locale)}
      </td>
    </tr>
  );
}
