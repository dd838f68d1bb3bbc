import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { signInPage } from "@/lib/transport/entry";
import { SetupForm } from "./setup-form";

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations("auth"))("setUpTitle") };
}

export default async function SetupPage() {
  const [entry, t] = await Promise.all([signInPage(), getTranslations("auth")]);
  if (!entry.needsSetup) redirect("/sign-in");
  return (
    <>
      <h1>{t("setUpTitle")}</h1>
      <p className="lead">{t("setUpLead")}</p>
      <SetupForm />
    </>
  );
}
