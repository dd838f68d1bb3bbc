import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Icon } from "@/components/icon";
import { Page, PageHead, Panel, Section } from "@/components/page";
import type { Endpoint } from "@/lib/transport/api/endpoint";
import { ENDPOINTS } from "@/lib/transport/api/endpoints";
import { EndpointEntry } from "./_components/endpoint-entry";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("api-docs"))("title") };
}

/** The same rows as the OpenAPI document, in the reader's language. */
export default async function ApiDocsPage() {
  const t = await getTranslations("api-docs");
  const tags = [...new Set(ENDPOINTS.map(({ tag }) => tag))];
  return (
    <Page>
      <PageHead
        title={t("title")}
        facts={[t("intro")]}
        actions={
          <a className="link then" href="/api/openapi.json">
            {t("document")}
            <Icon name="arrow" small />
          </a>
        }
      />
      <nav className="subnav" aria-label={t("on_page")}>
        {tags.map((tag) => (
          <a key={tag} href={`#${tag}`}>
            {t(`tags.${tag}`)} <span className="n">{ofTag(tag).length}</span>
          </a>
        ))}
      </nav>
      <div className="sec">
        <Panel padded>
          <dl className="kv">
            {(["auth", "errors", "idempotency"] as const).map((part) => (
              <Fact key={part} name={t(`${part}_title`)} text={t(part)} />
            ))}
          </dl>
        </Panel>
      </div>
      {tags.map((tag) => (
        <Section key={tag} id={tag} title={t(`tags.${tag}`)}>
          <Panel>
            {ofTag(tag).map((endpoint) => (
              <EndpointEntry key={endpoint.id} endpoint={endpoint} />
            ))}
          </Panel>
        </Section>
      ))}
    </Page>
  );
}

function ofTag(tag: Endpoint["tag"]): Endpoint[] {
  return ENDPOINTS.filter((endpoint) => endpoint.tag === tag);
}

function Fact({ name, text }: { name: string; text: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{text}</dd>
    </>
  );
}
