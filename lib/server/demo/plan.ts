/** What the demo project is made of; its migrations lie in migrations/<service>/. */
export const DEMO_SLUG = "demo-shop";
export const DEMO_NAME = "Demo shop";

export const DEMO_SERVICES = [
  { name: "catalog", description: "Products, categories and prices", schemas: ["catalog"] },
  { name: "orders", description: "Customers and their orders", schemas: ["orders"] },
] as const;

export type DemoService = (typeof DEMO_SERVICES)[number]["name"];

/** While it is seeded nobody else is there to approve; production gets its real policy at the end. */
export const DEMO_ENVIRONMENTS = [
  { name: "development", color: "development", protected: false, policy: {} },
  { name: "staging", color: "staging", protected: false, policy: {} },
  {
    name: "production",
    color: "production",
    protected: true,
    policy: { requirePrevious: true, approvals: 0, approvalsDestructive: 0 },
  },
] as const;

export type DemoEnvironment = (typeof DEMO_ENVIRONMENTS)[number]["name"];

export const PRODUCTION_POLICY = { requirePrevious: true };

export const databaseName = (service: DemoService, environment: DemoEnvironment) =>
  `demo_${service}_${environment}`;

/** The history, in order: what was deployed where, up to which version. Behind it each environment is a bit older. */
export const DEMO_HISTORY: readonly { service: DemoService; environment: DemoEnvironment; to: string }[] = [
  { service: "catalog", environment: "development", to: "20260223083000" },
  { service: "orders", environment: "development", to: "20260224150000" },
  { service: "catalog", environment: "staging", to: "20260223083000" },
  { service: "orders", environment: "staging", to: "20260224150000" },
  { service: "catalog", environment: "development", to: "20260511093000" },
  { service: "orders", environment: "development", to: "20260512090000" },
  { service: "catalog", environment: "production", to: "20260223083000" },
  { service: "orders", environment: "production", to: "20260224150000" },
  { service: "catalog", environment: "staging", to: "20260406110000" },
  { service: "orders", environment: "staging", to: "20260407100000" },
];
