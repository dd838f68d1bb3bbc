import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import { systemActor } from "../access/actor";
import { execute } from "../operations/define";
import {
  DURATION_BUCKETS,
  type InstanceMetrics,
  instanceMetrics,
  projectMetrics,
} from "../operations/instance/metrics";
import { problemResponse } from "./api/problem";
import { isFromThisMachine } from "./local-request";
import { actorFromRequest } from "./token";

const store = globalThis as typeof globalThis & { dbmigratorProcessMetrics?: Registry };
const PLACE = ["project", "service", "environment"] as const;

/**
 * Answers /metrics in Prometheus' text format: everything for a monitor on this machine, or an administrator's
 * session; one project's figures for an API token.
 */
export async function handleMetrics(request: Request): Promise<Response> {
  try {
    const text = await metricsFor(request);
    return new Response(text, {
      headers: { "content-type": Registry.PROMETHEUS_CONTENT_TYPE, "cache-control": "no-store" },
    });
  } catch (error) {
    return problemResponse(error, "GET /metrics");
  }
}

async function metricsFor(request: Request): Promise<string> {
  const actor = await actorFromRequest(request);
  if (actor.token) {
    return domainMetrics(await execute(projectMetrics, actor, { projectId: actor.token.projectId }));
  }
  const asker = actor.kind === "anonymous" && isFromThisMachine(request) ? systemActor : actor;
  const figures = await execute(instanceMetrics, asker, {});
  return (await domainMetrics(figures)) + (await processMetrics().metrics());
}

/** Memory, event loop and garbage collection of this process; registered once. */
function processMetrics(): Registry {
  if (!store.dbmigratorProcessMetrics) {
    store.dbmigratorProcessMetrics = new Registry();
    collectDefaultMetrics({ register: store.dbmigratorProcessMetrics });
  }
  return store.dbmigratorProcessMetrics;
}

/** The store holds the figures, so that any process tells those of all, also after a restart. */
async function domainMetrics(figures: InstanceMetrics): Promise<string> {
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  const pending = gauge("pending_migrations", "Migrations that are not applied yet", PLACE);
  const applied = gauge("applied_migrations", "Migrations that are applied", PLACE);
  const failed = gauge("failed_migrations", "Migrations whose last run failed", PLACE);
  const problems = gauge("migration_problems", "Migrations that are changed, missing or out of order", PLACE);
  const reachable = gauge("target_reachable", "1 when the target's ledger could be read", PLACE);
  for (const { project, service, environment, ...one } of figures.targets) {
    const labels = { project, service, environment };
    pending.set(labels, one.pending);
    applied.set(labels, one.applied);
    failed.set(labels, one.failed);
    problems.set(labels, one.problems);
    reachable.set(labels, one.reachable ? 1 : 0);
  }
  const waits = gauge("lock_wait_time_ms", "How long the last run waited for locks", PLACE);
  for (const { waitMs, ...labels } of figures.lockWaits) waits.set(labels, waitMs);
  const sizes = gauge("backup_size_bytes", "Size of the last backup", PLACE);
  const times = gauge("backup_last_success_timestamp_seconds", "When the last backup was taken", PLACE);
  for (const { bytes, at, ...labels } of figures.backups) {
    sizes.set(labels, bytes);
    times.set(labels, at);
  }
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Counter({ name, help, labelNames, registers: [registry] });
  const errors = counter("migration_errors_total", "Runs that failed, by SQLSTATE or code", [
    ...PLACE,
    "code",
  ]);
  for (const { count, ...labels } of figures.errors) errors.inc(labels, count);
  const rows = counter(
    "migration_rows_affected",
    "Rows that migrations inserted, updated, deleted or copied",
    PLACE,
  );
  for (const { rows: sum, ...labels } of figures.rows) rows.inc(labels, sum);
  const deployments = gauge("deployments", "Deployments by state", ["project", "state"]);
  for (const { count, ...labels } of figures.deployments) deployments.set(labels, count);
  return `${await registry.metrics()}${durationHistogram(figures.durations)}`;
}

/** Written by hand: prom-client's histogram takes single observations, and these are counted by the store. */
function durationHistogram(durations: InstanceMetrics["durations"]): string {
  const name = "migration_execution_duration_ms";
  const lines = [`# HELP ${name} How long runs took`, `# TYPE ${name} histogram`];
  for (const { count, sum, buckets, ...place } of durations) {
    const labels = PLACE.map((label) => `${label}="${escapeLabel(place[label])}"`).join(",");
    for (const [i, bound] of DURATION_BUCKETS.entries()) {
      lines.push(`${name}_bucket{${labels},le="${bound}"} ${buckets[i] ?? 0}`);
    }
    lines.push(`${name}_bucket{${labels},le="+Inf"} ${count}`);
    lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`);
  }
  return `${lines.join("\n")}\n`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
