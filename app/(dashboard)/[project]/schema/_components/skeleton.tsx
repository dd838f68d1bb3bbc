import { useTranslations } from "next-intl";
import { Skeleton } from "@/components/ui/skeleton";

const WIDTHS = [120, 160, 96, 140, 180, 110, 150, 130, 170, 100];

export function SchemaSkeleton() {
  const t = useTranslations("common");
  return (
    <div className="ed-page schema-page" role="status" aria-busy="true">
      <span className="sr-only">{t("loading")}</span>
      <div className="head ed-head">
        <div className="grid gap-2">
          <Skeleton width={120} height={22} />
          <Skeleton width={260} />
        </div>
      </div>
      <div className="sb">
        <div className="sb-left p-4 grid gap-4 content-start">
          {WIDTHS.map((width) => (
            <Skeleton key={width} width={width} />
          ))}
        </div>
        <div className="sb-right grid gap-3 content-start">
          <Skeleton width={220} height={20} />
          <Skeleton width={340} />
          <Skeleton width="100%" height={220} />
        </div>
      </div>
    </div>
  );
}
