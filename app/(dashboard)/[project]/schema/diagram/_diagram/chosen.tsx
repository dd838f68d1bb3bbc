"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { Button } from "@/components/ui/button";
import type { DiagramView } from "@/lib/operations/schema/views";
import { schemaHref } from "../../_components/links";
import { type DiagramQuery, diagramAddress } from "./query";

interface ChosenProps {
  project: string;
  query: DiagramQuery;
  diagram: DiagramView;
  node: string;
  onGo: (node: string) => void;
  onClose: () => void;
}

/** The chosen table: whom it refers to, who refers to it, and where to go from here. */
export function Chosen({ project, query, diagram, node, onGo, onClose }: ChosenProps) {
  const t = useTranslations("schema.diagram");
  const table = diagram.tables.find((one) => String(one.ordinal) === node);
  const name = table ? `${table.schema}.${table.name}` : node.replace(/^new:/, "");
  const change = diagram.deployment?.changes.find((one) => one.table === name);
  const out = diagram.edges.filter((edge) => String(edge.from) === node);
  const into = diagram.edges.filter((edge) => String(edge.to) === node);
  return (
    <aside className="dg-chosen" aria-label={t("chosen", { name })}>
      <div className="dg-chosen-head">
        <code>{name}</code>
        <Button variant="quiet" size="small-icon" aria-label={t("close")} onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      <p className="sr-only" aria-live="polite">
        {t("chosen", { name })}
      </p>
      {change ? (
        <ul className="dg-changes">
          {change.lines.map((line) => (
            <li key={`${line.kind} ${line.name}`} className={line.change}>
              {t(`change.${line.change}`)}: <code>{line.name}</code>
            </li>
          ))}
        </ul>
      ) : null}
      <References title={t("refersTo")} edges={out} end="to" diagram={diagram} onGo={onGo} />
      <References title={t("referredBy")} edges={into} end="from" diagram={diagram} onGo={onGo} />
      {table ? (
        <div className="buttons">
          <Button asChild size="small">
            <Link href={diagramAddress(project, query, { focus: table.id, schema: null })}>
              {t("onlyAround")}
            </Link>
          </Button>
          <Button asChild size="small">
            <Link href={schemaHref(project, query.target, table.id)}>{t("details")}</Link>
          </Button>
        </div>
      ) : null}
    </aside>
  );
}

interface ReferencesProps {
  title: string;
  edges: DiagramView["edges"];
  end: "from" | "to";
  diagram: DiagramView;
  onGo: (node: string) => void;
}

function References({ title, edges, end, diagram, onGo }: ReferencesProps) {
  if (edges.length === 0) return null;
  return (
    <section>
      <h2>
        {title} <span className="n">{edges.length}</span>
      </h2>
      <ul>
        {edges.map((edge) => {
          const other = diagram.tables.find((table) => table.ordinal === edge[end]);
          return (
            <li key={edge.id}>
              <button type="button" className="link" onClick={() => onGo(String(edge[end]))}>
                <code>{other?.name}</code>
              </button>{" "}
              <span className="muted">{edge.columns.join(", ")}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
