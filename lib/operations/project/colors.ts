/** Colours of environments: the tokens --env-… of styles/tokens.css. */
export const ENVIRONMENT_COLORS = [
  "development",
  "staging",
  "production",
  "teal",
  "green",
  "violet",
  "pink",
] as const;
