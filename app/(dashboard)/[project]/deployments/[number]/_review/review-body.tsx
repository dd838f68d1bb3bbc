import { useTranslations } from "next-intl";
import type { DeploymentView } from "@/lib/operations/deployment/views";
import { Conversation } from "./conversation";
import { Findings } from "./findings";
import { KeptRows } from "./kept-rows";
import { Problems } from "./problems";
import { Rollback } from "./rollback";
import { SchemaChange } from "./schema-change";
import { SectionTabs } from "./section-tabs";
import { Statements } from "./statements";

/** The evidence, from top to bottom. */
export function ReviewBody({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  const checked = view.statements.length > 0;
  const sections = [
    ...(view.problems.length > 0
      ? [{ id: "problems", label: t("tabs.problems"), count: view.problems.length }]
      : []),
    ...(checked ? [{ id: "statements", label: t("tabs.statements"), count: view.totals.statements }] : []),
    ...(checked ? [{ id: "findings", label: t("tabs.findings"), count: view.findings.length }] : []),
    ...(view.schemaChange ? [{ id: "schema", label: t("tabs.schema") }] : []),
    ...(view.rollback ? [{ id: "rollback", label: t("tabs.rollback") }] : []),
    ...(view.undo && view.undo.parts.length > 0 ? [{ id: "kept", label: t("tabs.kept") }] : []),
    { id: "talk", label: t("tabs.talk"), count: view.conversation.length },
  ];
  return (
    <>
      <SectionTabs label={t("tabs.label")} sections={sections} />
      {view.problems.length > 0 ? <Problems view={view} /> : null}
      {checked ? <Statements view={view} /> : null}
      {checked ? <Findings view={view} /> : null}
      {view.schemaChange ? <SchemaChange change={view.schemaChange} /> : null}
      {view.rollback && view.shadow ? (
        <Rollback view={view} rollback={view.rollback} shadow={view.shadow} />
      ) : null}
      {view.undo && view.undo.parts.length > 0 ? <KeptRows undo={view.undo} /> : null}
      <Conversation view={view} />
    </>
  );
}
