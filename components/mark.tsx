import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cn } from "./class-names";
import { Icon, type IconName } from "./icon";

export type Meaning = "safe" | "notice" | "warning" | "danger" | "unknown" | "neutral";

const icons: Record<Meaning, IconName> = {
  safe: "safe",
  notice: "notice",
  warning: "warning",
  danger: "danger",
  unknown: "unknown",
  neutral: "wait",
};

interface MarkProps {
  meaning: Meaning;
  /** A tinted label instead of a word in a line. */
  tag?: boolean | undefined;
  icon?: IconName | undefined;
  className?: string | undefined;
  /** The word; without it the meaning's own ("Danger"). */
  children?: ReactNode;
}

/** A meaning: always icon, word and colour together. */
export function Mark({ meaning, tag, icon, className, children }: MarkProps) {
  const t = useTranslations("common");
  return (
    <span className={cn("m", meaning, tag && "tag", className)}>
      <Icon name={icon ?? icons[meaning]} />
      <span>{children ?? t(`meaning.${meaning}`)}</span>
    </span>
  );
}
