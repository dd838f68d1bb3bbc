import type { ReactNode } from "react";
import { cn } from "./class-names";
import { Icon } from "./icon";
import type { Meaning } from "./mark";

interface StateProps {
  title: ReactNode;
  /** What this is, or what happened and to what. */
  text?: ReactNode;
  /** The first thing to do, as Button or link. */
  action?: ReactNode;
  /** In a Panel's place; false: without the box. */
  boxed?: boolean;
}

/** Nothing here yet: what this is and what to do first. */
export function EmptyState({ title, text, action, boxed = true }: StateProps) {
  return (
    <div className={cn(boxed && "panel")}>
      <div className="empty">
        <h2>{title}</h2>
        {text ? <p>{text}</p> : null}
        {action ? <div className="act">{action}</div> : null}
      </div>
    </div>
  );
}

/** It could not be read or done: what happened, to what, what to do now. */
export function ErrorState({ title, text, hint, action, boxed = true }: StateProps & { hint?: ReactNode }) {
  return (
    <div className={cn(boxed && "panel")} role="alert">
      <div className="empty danger">
        <h2 className="flex items-center gap-2">
          <span className="text-danger">
            <Icon name="danger" />
          </span>
          {title}
        </h2>
        {text ? <p>{text}</p> : null}
        {hint ? <p>{hint}</p> : null}
        {action ? <div className="act">{action}</div> : null}
      </div>
    </div>
  );
}

const noteIcons = {
  safe: "safe",
  notice: "notice",
  warning: "warning",
  danger: "danger",
  unknown: "unknown",
  neutral: "notice",
} as const;

/** One remark above or inside a part of a page: partial data, stale data, a condition. */
export function Note({
  meaning = "notice",
  children,
  action,
}: {
  meaning?: Meaning;
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={cn("note", meaning)} role={meaning === "danger" ? "alert" : "note"}>
      <Icon name={noteIcons[meaning]} />
      <div>{children}</div>
      {action}
    </div>
  );
}
