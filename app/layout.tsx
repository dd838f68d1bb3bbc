import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import { NextIntlClientProvider } from "next-intl";
import { getLocale } from "next-intl/server";
import type { ReactNode } from "react";
import { Toaster } from "@/components/toaster";
import { THEME_COOKIE } from "@/lib/transport/locales";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "DBMigrator", template: "%s · DBMigrator" },
  description: "Change PostgreSQL databases safely.",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f9fafb" },
    { media: "(prefers-color-scheme: dark)", color: "#0d0f12" },
  ],
};

/**
 * Before its script has loaded, the browser itself would send a form: what was typed would be gone, and with GET stand
 * in the address. Such a form is kept back; once the script is there it answers first.
 */
const KEEP_FORMS = `addEventListener("submit",function(e){if(!e.defaultPrevented&&e.target.getAttribute("method")==="post")e.preventDefault()})`;

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, jar, sent] = await Promise.all([getLocale(), cookies(), headers()]);
  const nonce = /'nonce-([^']+)'/.exec(sent.get("content-security-policy") ?? "")?.[1];
  // Without a choice there is no attribute, and light-dark() follows the system.
  const chosen = jar.get(THEME_COOKIE)?.value;
  const theme = chosen === "light" || chosen === "dark" ? chosen : undefined;
  return (
    <html
      lang={locale}
      data-theme={theme}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
      suppressHydrationWarning
    >
      <body>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant; as a child its quotes would be escaped. */}
        <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: KEEP_FORMS }} />
        <NextIntlClientProvider>
          {children}
          <Toaster />
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
