"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useTransition } from "react";
import { EmptyState, ErrorState } from "./states";
import { Button } from "./ui/button";

interface PageErrorProps {
  error: Error & { digest?: string };
  reset: () => void;
  /** How a digest begins that carries what the server has to say, as JSON. */
  prefix: string;
}

interface Told {
  code: string;
  message: string;
  hint?: string;
}

/** A page that could not be drawn: no right to it, or what happened and a way to try again. */
export function PageError({ error, reset, prefix }: PageErrorProps) {
  const t = useTranslations("common");
  const router = useRouter();
  const [pending, start] = useTransition();
  const told = read(error.digest, prefix);
  if (
    told &&
    (told.code.startsWith("access.role") ||
      told.code === "access.nobody" ||
      told.code === "access.instance_admin")
  ) {
    return (
      <div className="page">
        <h1 className="sr-only">{t("noPermission")}</h1>
        <EmptyState
          title={t("noPermission")}
          text={`${told.message} ${told.hint ?? t(told.code === "access.instance_admin" ? "askInstanceAdmin" : "askAdmin")}`}
          action={
            <Button asChild>
              <Link href="/projects">{t("toProjects")}</Link>
            </Button>
          }
        />
      </div>
    );
  }
  return (
    <div className="page">
      <h1 className="sr-only">{t("failed")}</h1>
      <ErrorState
        title={told?.message ?? t("failed")}
        text={told ? null : t("failedText", { id: error.digest ?? "" })}
        hint={told?.hint}
        action={
          <Button
            pending={pending}
            onClick={() =>
              start(() => {
                router.refresh();
                reset();
              })
            }
          >
            {t("retry")}
          </Button>
        }
      />
    </div>
  );
}

function read(digest: string | undefined, prefix: string): Told | null {
  if (!digest?.startsWith(prefix)) return null;
  try {
    return JSON.parse(digest.slice(prefix.length)) as Told;
  } catch {
    return null;
  }
}
