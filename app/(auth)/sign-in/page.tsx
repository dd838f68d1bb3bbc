import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { signInPage } from "@/lib/transport/entry";
import { localPath } from "@/lib/transport/local-path";
import { SignInForm } from "./_components/sign-in-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("signIn") };
}

interface PageProps {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function SignInPage({ searchParams }: PageProps) {
  const [{ to, error }, entry, t] = await Promise.all([searchParams, signInPage(), getTranslations("auth")]);
  const target = localPath(to);
  if (entry.needsSetup) redirect("/setup");
  if (entry.signedIn) redirect(target);
  return (
    <>
      <h1>{t("signInTitle")}</h1>
      <p className="lead">{t("signInLead")}</p>
      <SignInForm to={target} provider={entry.provider} error={typeof error === "string" ? error : null} />
    </>
  );
}
