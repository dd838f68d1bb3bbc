import type { ReactNode } from "react";
import { cn } from "./class-names";

/** The page's body below the top bar. `bottomBar`: leaves room for the action bar of a phone. */
export function Page({
  children,
  bottomBar,
  className,
}: {
  children: ReactNode;
  bottomBar?: boolean;
  className?: string;
}) {
  return <div className={cn("page", bottomBar && "has-do", className)}>{children}</div>;
}

interface PageHeadProps {
  title: ReactNode;
  /** Short facts, shown with dots between them; falsy ones are left out. */
  facts?: ReactNode[];
  /** Marks and buttons at the right; at most one solid button on a page. */
  actions?: ReactNode;
  className?: string;
}

export function PageHead({ title, facts = [], actions, className }: PageHeadProps) {
  const shown = facts.filter((fact) => fact !== null && fact !== undefined && fact !== false && fact !== "");
  return (
    <div className={cn("head", className)}>
      <div className="min-w-0">
        <h1>{title}</h1>
        {shown.length > 0 ? (
          <p className="sub">
            {shown.map((fact, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the facts of a page do not move.
              <span key={index} className={index > 0 ? "dot-sep" : undefined}>
                {fact}
              </span>
            ))}
          </p>
        ) : null}
      </div>
      {actions ? <div className="act">{actions}</div> : null}
    </div>
  );
}

interface SectionProps {
  title: ReactNode;
  /** Grey words after the title. */
  note?: ReactNode;
  /** A link or a small control at the right. */
  right?: ReactNode;
  id?: string;
  className?: string;
  children: ReactNode;
}

/** A headed part of a page. */
export function Section({ title, note, right, id, className, children }: SectionProps) {
  return (
    <section className={cn("sec", className)} id={id}>
      <div className="sec-head">
        <h2>{title}</h2>
        {note ? <span className="muted">{note}</span> : null}
        {right ? <span className="right">{right}</span> : null}
      </div>
      {children}
    </section>
  );
}

/** The white box with a thin border that holds tables, lists and forms. `padded` for forms and text. */
export function Panel({
  children,
  padded,
  className,
}: {
  children: ReactNode;
  padded?: boolean;
  className?: string;
}) {
  return <div className={cn("panel", padded && "fields-panel", className)}>{children}</div>;
}
