import { cn } from "../class-names";

/** A grey place of the size of what comes; say "loading" once beside it, not here. */
export function Skeleton({
  className,
  width,
  height = 14,
}: {
  className?: string;
  width?: number | string;
  height?: number | string;
}) {
  return <span aria-hidden="true" className={cn("skeleton block", className)} style={{ width, height }} />;
}
