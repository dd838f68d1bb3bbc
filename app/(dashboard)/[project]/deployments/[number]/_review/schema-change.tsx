"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Section } from "@/components/page";
import { Skeleton } from "@/components/ui/skeleton";
import { WhenSeen } from "@/components/when-seen";
import type { DeploymentView } from "@/lib/operations/deployment/views";
import { SchemaTable } from "./schema-table";

const SchemaDiff = dynamic(() => import("./schema-diff").then((m) => m.SchemaDiff), {
  ssr: false,
  loading: Drawing,
});

/** What changes, object by object; and the whole schema before and after, as the shadow's own dumps. */
export function SchemaChange({ change }: { change: NonNullable<DeploymentView["schemaChange"]> }) {
  const t = useTranslations("deployments");
  const [whole, setWhole] = useState(false);
  const byObject = change.changes.length > 0 && !whole;
  return (
    <Section
      id="schema"
      title={t("tabs.schema")}
      note={change.changed ? t(byObject ? "schema.from" : "schema.note") : null}
      right={
        change.changed ? (
          <button type="button" className="link" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            {whole ? t("schema.onlyChanges") : t("schema.whole")}
          </button>
        ) : null
      }
    >
      <div className="panel">
        {byObject ? (
          <SchemaTable changes={change.changes} />
        ) : change.changed ? (
          <WhenSeen placeholder={<Drawing />}>
            <SchemaDiff before={change.before} after={change.after} whole={whole} />
          </WhenSeen>
        ) : (
          <p className="p-4">{t("schema.same")}</p>
        )}
      </div>
    </Section>
  );
}

function Drawing() {
  return (
    <div className="p-4 grid gap-2">
      {[320, 260, 300, 220].map((width) => (
        <Skeleton key={width} width={width} />
      ))}
    </div>
  );
}
