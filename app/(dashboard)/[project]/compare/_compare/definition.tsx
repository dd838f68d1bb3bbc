"use client";

import { useTranslations } from "next-intl";
import { ChangeMark } from "@/components/comparison/change-mark";
import { ChangeText } from "@/components/comparison/change-text";
import { DefinitionDiff } from "@/components/comparison/definition-diff";
import { Mark } from "@/components/mark";
import type { ChangeView, ComparisonView } from "@/lib/operations/comparison/views";

/** One difference: how the object is at the one side and at the other, and what it needs. */
export function Definition({ change, view }: { change: ChangeView; view: ComparisonView }) {
  const t = useTranslations("compare");
  const needs = view.changes.filter((one) => change.needs.includes(one.id));
  return (
    <>
      <div className="cmp-about">
        <ChangeMark change={change.change} />
        <h2>
          <ChangeText change={{ ...change, relation: null }} />
        </h2>
        {change.losesData ? <Mark meaning="danger">{t("losesData")}</Mark> : null}
      </div>
      <DefinitionDiff
        before={change.before ?? ""}
        after={change.after ?? ""}
        titles={[view.source.label, view.target.label]}
      />
      {needs.length > 0 ? (
        <div className="cmp-needs">
          <h3>{t("needs")}</h3>
          <ul>
            {needs.map((one) => (
              <li key={one.id}>
                <ChangeMark change={one.change} /> <ChangeText change={{ ...one, relation: null }} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  );
}
