import type { FastifyInstance } from "fastify";
import { z } from "zod";

/** Steering an emulator by HTTP, for programs that are no test of ours. JSON in and out; files as base64 in `base64`. */

export type ControlPost = <T extends z.ZodType>(path: string, schema: T, act: (body: z.infer<T>) => unknown) => void;

/** Answers `POST /_emulator/<path>`: 400 with what is wrong with the body, else what `act` gives. */
export function controlOf(app: FastifyInstance): ControlPost {
  return (path, schema, act) => {
    app.post(`/_emulator/${path}`, async (request, reply) => {
      const parsed = schema.safeParse(jsonOf(request.body));
      if (!parsed.success) return reply.code(400).send({ error: z.prettifyError(parsed.error) });
      return reply.send((await act(parsed.data)) ?? { ok: true });
    });
  };
}

/** A body that is not JSON becomes a text, which no schema of a control takes. */
function jsonOf(body: unknown): unknown {
  if (!Buffer.isBuffer(body) || body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    if (error instanceof SyntaxError) return body.toString();
    throw error;
  }
}

/** Content with the bytes of its files in place of their base64. */
export function withBytes<T>(content: Readonly<Record<string, unknown>>): T {
  const entries = Object.entries(content).flatMap(([key, value]) => {
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null || !("base64" in value)) return [[key, value] as const];
    const { base64, ...file } = value;
    return [[key, { ...file, bytes: Buffer.from(String(base64), "base64") }] as const];
  });
  return Object.fromEntries(entries) as T;
}

/** Without the keys that say nothing. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
