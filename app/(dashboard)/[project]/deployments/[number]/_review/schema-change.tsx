"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Section } from "@/components/page";
import { Skeleton } from "@/components/ui/skeleton";
import { WhenSeen } from "@/components/when-seen";

const SchemaDiff = dynamic(() => import("./schema-diff").then((m) => m.SchemaDiff), {
  ssr: false,
  loading: Drawing,
});

/** The schema before and after, as the shadow's own dumps: what changes, or all of it. */
export function SchemaChange({ change }: { change: { before: string; after: string; changed: boolean } }) {
  const t = useTranslations("deployments");
  const [whole, setWhole] = useState(false);
  return (
    <Section
      id="schema"
      title={t("tabs.schema")}
      note={change.changed ? t("schema.note") : null}
      right={
        change.changed ? (
          <button type="button" className="link" aria-pressed={whole} onClick={() => setWhole(!whole)}>
            {whole ? t("schema.onlyChanges") : t("schema.whole")}
          </button>
        ) : null
      }
    >
      <div className="panel">
        {change.changed ? (
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
