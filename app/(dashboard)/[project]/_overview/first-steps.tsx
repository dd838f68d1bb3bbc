import Link from "next/link";
import { useTranslations } from "next-intl";
import { cn } from "@/components/class-names";
import { Icon } from "@/components/icon";
import { Section } from "@/components/page";
import { Button } from "@/components/ui/button";
import type { OverviewView } from "@/lib/operations/overview/views";

/** A project that cannot deploy yet: what is missing, in the order in which it is done. */
export function FirstSteps({ view, mayWrite }: { view: OverviewView; mayWrite: boolean }) {
  const t = useTranslations("overview");
  const slug = view.project.slug;
  const steps = [
    { key: "environments", done: view.environments.length > 0, href: `/${slug}/settings/environments` },
    { key: "services", done: view.services.length > 0, href: `/${slug}/settings/services` },
    { key: "targets", done: view.cells.length > 0, href: `/${slug}/settings/targets` },
    {
      key: "migrations",
      done: view.services.some((service) => service.migrations > 0),
      href: `/${slug}/migrations`,
    },
  ] as const;
  const now = steps.find((step) => !step.done);
  return (
    <Section title={t("first.title")} note={t("first.note")} className="first">
      <ol className="panel first-steps">
        {steps.map((step) => (
          <li key={step.key} className={cn(step.done ? "safe" : "neutral", step === now && "now")}>
            <Icon name={step.done ? "safe" : step === now ? "now" : "todo"} />
            <div>
              <h3>
                {t(`first.${step.key}.title`)}
                <span className="sr-only"> {step.done ? t("first.done") : ""}</span>
              </h3>
              <p>{t(`first.${step.key}.text`)}</p>
            </div>
            {step === now && (mayWrite || step.key === "migrations") ? (
              <Button asChild variant="go">
                <Link href={step.href}>{t(`first.${step.key}.action`)}</Link>
              </Button>
            ) : null}
          </li>
        ))}
      </ol>
      {mayWrite ? null : <p className="muted mt-3">{t("first.askAdmin")}</p>}
    </Section>
  );
}
