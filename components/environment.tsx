import { useTranslations } from "next-intl";
import { ENVIRONMENT_COLORS } from "@/lib/operations/project/colors";
import { cn } from "./class-names";
import { Icon } from "./icon";

export interface EnvironmentLook {
  name: string;
  color: string;
  protected?: boolean | undefined;
}

/** The class that sets the environment's colour; an unknown name takes development's. */
export function environmentClass(color: string): string {
  return `env-${(ENVIRONMENT_COLORS as readonly string[]).includes(color) ? color : "development"}`;
}

/** Name and colour of an environment, with a lock when it is protected. `plain`: without a frame. */
export function EnvironmentChip({ environment, plain }: { environment: EnvironmentLook; plain?: boolean }) {
  const t = useTranslations("common");
  return (
    <span className={cn("chip", environmentClass(environment.color), plain && "plain")}>
      <span className="name" title={environment.name}>
        {environment.name}
      </span>
      {environment.protected ? (
        <>
          <Icon name="lock" />
          <span className="sr-only">{t("protected")}</span>
        </>
      ) : null}
    </span>
  );
}

/** The line of 2 px at the top of every page that acts on this environment. */
export function EnvironmentLine({ color }: { color: string }) {
  return <div className={cn("env-line", environmentClass(color))} aria-hidden="true" />;
}
