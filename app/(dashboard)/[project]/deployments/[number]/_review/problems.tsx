import Link from "next/link";
import { useTranslations } from "next-intl";
import { Icon } from "@/components/icon";
import { useOwnWords } from "@/components/own-words";
import { Section } from "@/components/page";
import type { DeploymentView } from "@/lib/operations/deployment/views";
import { editorHref } from "./links";

/** Why it may not run, each with its place. */
export function Problems({ view }: { view: DeploymentView }) {
  const t = useTranslations("deployments");
  const say = useOwnWords();
  return (
    <Section id="problems" title={t("problems.title")} note={t("problems.note")}>
      <ul className="panel proof">
        {view.problems.map((problem) => (
          <li
            key={`${problem.code} ${problem.migration} ${problem.line} ${problem.message}`}
            className="danger"
          >
            <Icon name="danger" />
            <span>
              {say(problem.message)}
              {problem.migration ? (
                <Link
                  className="second link"
                  href={editorHref(view.project.slug, view.service.name, problem.migration, problem.line)}
                >
                  {problem.line
                    ? t("problems.at", { migration: problem.migration, line: problem.line })
                    : problem.migration}
                </Link>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
