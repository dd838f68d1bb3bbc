import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Skeleton } from "./ui/skeleton";

/** Grey places in the shape of the page that comes; said once to screen readers. */
function Loading({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <div className="page" role="status" aria-busy="true">
      <span className="sr-only">{t("loading")}</span>
      {children}
    </div>
  );
}

function Head() {
  return (
    <div className="grid gap-2">
      <Skeleton width={220} height={22} />
      <Skeleton width={300} />
    </div>
  );
}

const WIDTHS = ["46%", "38%", "52%", "34%", "44%", "40%", "50%", "36%"];

function Rows({ count, height = 36 }: { count: number; height?: number }) {
  return (
    <div className="panel">
      {WIDTHS.slice(0, count).map((width) => (
        <div
          key={width}
          className="flex items-center px-4 border-b border-border-soft last:border-b-0"
          style={{ height }}
        >
          <Skeleton width={width} />
        </div>
      ))}
    </div>
  );
}

export function ListSkeleton() {
  return (
    <Loading>
      <Head />
      <div className="sec first grid gap-3">
        <div className="flex gap-2">
          <Skeleton width={160} height={32} />
          <Skeleton width={140} height={32} />
        </div>
        <Rows count={8} />
      </div>
    </Loading>
  );
}

export function OverviewSkeleton() {
  return (
    <Loading>
      <Head />
      <div className="sec first grid gap-3">
        <Skeleton width={120} height={18} />
        <Rows count={3} height={44} />
      </div>
      <div className="sec grid gap-3">
        <Skeleton width={120} height={18} />
        <Rows count={3} height={116} />
      </div>
      <div className="cols">
        <Rows count={8} />
        <Rows count={2} height={160} />
      </div>
    </Loading>
  );
}

export function ReviewSkeleton() {
  return (
    <Loading>
      <Head />
      <div className="mt-5">
        <Skeleton width="100%" height={42} />
      </div>
      <div className="two">
        <div className="intro grid gap-2">
          <Skeleton width="80%" height={18} />
          <Skeleton width="64%" height={18} />
        </div>
        <div className="aside">
          <Skeleton width="100%" height={180} />
        </div>
        <div className="body sec grid gap-3">
          <Skeleton width={140} height={18} />
          <Rows count={6} height={52} />
        </div>
      </div>
    </Loading>
  );
}
