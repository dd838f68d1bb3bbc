import { useTranslations } from "next-intl";
import { Mark } from "@/components/mark";

/** What targets hold and no script explains. */
export function OrphanNote({ orphans }: { orphans: { filename: string; environment: { name: string } }[] }) {
  const t = useTranslations("migrations");
  const shown = orphans.slice(0, 5);
  return (
    <div className="note warning" role="note">
      <Mark meaning="warning">
        <span className="sr-only">{t("state.missing")}</span>
      </Mark>
      <div>
        <p className="strong">{t("orphans.title", { count: orphans.length })}</p>
        <p className="muted">{t("orphans.text")}</p>
        <ul>
          {shown.map((orphan) => (
            <li key={`${orphan.environment.name}/${orphan.filename}`}>
              <code>{orphan.filename}</code> <span className="muted">{orphan.environment.name}</span>
            </li>
          ))}
          {orphans.length > shown.length ? (
            <li className="muted">{t("orphans.more", { count: orphans.length - shown.length })}</li>
          ) : null}
        </ul>
      </div>
    </div>
  );
}
