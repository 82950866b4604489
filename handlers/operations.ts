import { timingSafeEqual } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Metrics } from "../src/log/metrics.ts";

/** One thing this process cannot work without; resolves when it answers. */
export interface ReadinessCheck {
  readonly name: string;
  check(): Promise<void>;
}

export interface OperationsDeps {
  readonly checks: readonly ReadinessCheck[];
  readonly metrics: Metrics;
  readonly metricsToken: string | undefined;
  /** Refreshed when somebody looks, so that nothing is counted for nobody. */
  readonly refresh: () => Promise<void>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** `/healthz`: the process runs. `/readyz`: it can also do its work, and if not, what is missing. `/metrics`: Prometheus. */
export function registerOperations(app: FastifyInstance, deps: OperationsDeps): void {
  app.get("/healthz", { schema: { hide: true } }, async () => ({ status: "ok" }));

  app.get("/readyz", { schema: { hide: true } }, async (request, reply) => {
    const results = await Promise.all(deps.checks.map((check) => runCheck(check)));
    const failed = results.filter((result) => result.error !== undefined);
    for (const { name, error } of failed) request.log.warn({ check: name, err: error }, "not ready");
    return reply.code(failed.length === 0 ? 200 : 503).send({
      status: failed.length === 0 ? "ready" : "not ready",
      checks: Object.fromEntries(
        results.map(({ name, error }) => [name, error === undefined ? "ok" : "does not answer"]),
      ),
    });
  });

  app.get("/metrics", { schema: { hide: true } }, async (request, reply) => {
    if (deps.metricsToken !== undefined && !hasToken(request.headers.authorization, deps.metricsToken)) {
      return reply
        .code(401)
        .header("www-authenticate", "Bearer")
        .send({ error: { code: "unauthorized", message: "METRICS_TOKEN is wanted as a bearer token." } });
    }
    await deps.refresh();
    return reply.type(deps.metrics.registry.contentType).send(await deps.metrics.registry.metrics());
  });
}

async function runCheck(check: ReadinessCheck): Promise<{ name: string; error?: unknown }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("timed out")), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check.check(), late]);
    return { name: check.name };
  } catch (error) {
    return { name: check.name, error };
  } finally {
    clearTimeout(timer);
  }
}

function hasToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
