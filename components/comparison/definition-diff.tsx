"use client";

import dynamic from "next/dynamic";
import { useTranslations } from "next-intl";
import { Skeleton } from "@/components/ui/skeleton";

const Drawn = dynamic(() => import("./drawn-diff").then((m) => m.DrawnDiff), {
  ssr: false,
  loading: () => (
    <div className="p-4 grid gap-2">
      <Skeleton width={280} />
      <Skeleton width={220} />
    </div>
  ),
});

/** A definition before and after, side by side where there is room. Its code comes when one is first looked at. */
export function DefinitionDiff(props: { before: string; after: string; titles: [string, string] }) {
  const t = useTranslations("compare");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className="panel schema-diff" tabIndex={0} role="group" aria-label={t("tabs.definition")}>
      <Drawn {...props} />
    </div>
  );
}
