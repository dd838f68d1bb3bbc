export function prepare(): Promise<void>;
export function bundleCommandLine(): Promise<void>;
