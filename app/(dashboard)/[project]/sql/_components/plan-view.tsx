"use client";

import { useFormatter, useTranslations } from "next-intl";
import { useState } from "react";
import { CopyButton } from "@/components/copy-button";
import { Duration } from "@/components/figures";
import type { PlanNode } from "@/lib/core/query/plan-tree";
import type { Explained } from "@/lib/operations/sql/explain";

/** A plan as a tree with what each node costs, or as PostgreSQL's own text. */
export function PlanView({ plan, analyzed }: { plan: Explained; analyzed: boolean }) {
  const t = useTranslations("sql");
  const [asText, setAsText] = useState(false);
  return (
    <section className="sql-result" aria-label={t("plan")}>
      <div className="sql-result-head">
        <b>{t("plan")}</b>
        <span className="muted">{analyzed ? t("planRan") : t("planNotRan")}</span>
        <span className="flex-1" />
        <button type="button" className="btn small" aria-pressed={asText} onClick={() => setAsText(!asText)}>
          {asText ? t("asTree") : t("asText")}
        </button>
        <CopyButton text={plan.text} label={t("plan")} />
      </div>
      {asText ? (
        <pre className="plan-text">{plan.text}</pre>
      ) : (
        <ul className="plan-tree">
          {plan.nodes.map((node, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a plan does not change
            <Node key={index} node={node} />
          ))}
        </ul>
      )}
      {plan.summary.length > 0 && !asText ? (
        <p className="sql-line muted">{plan.summary.join(" · ")}</p>
      ) : null}
    </section>
  );
}

function Node({ node }: { node: PlanNode }) {
  const t = useTranslations("sql");
  const format = useFormatter();
  return (
    <li>
      <div className="plan-node">
        <span className="strong">{node.label}</span>
        {node.rows === null ? null : (
          <span className="muted">
            {node.actualRows === null
              ? t("planRows", { rows: node.rows })
              : t("planActualRows", {
                  rows: node.actualRows * (node.loops ?? 1),
                  expected: node.rows,
                })}
          </span>
        )}
        {node.actualMs === null ? (
          node.cost === null ? null : (
            <span className="muted">{t("planCost", { cost: format.number(node.cost) })}</span>
          )
        ) : (
          <span>
            <Duration ms={node.actualMs * (node.loops ?? 1)} />
          </span>
        )}
      </div>
      {node.details.map((detail) => (
        <code key={detail} className="second">
          {detail}
        </code>
      ))}
      {node.children.length > 0 ? (
        <ul>
          {node.children.map((child, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a plan does not change
            <Node key={index} node={child} />
          ))}
        </ul>
      ) : null}
    </li>
  );
}
