import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";

/** What changes nothing that anybody else sees; and what its own rule guards, which a role has no say in. */
const ALLOWED = [
  /^\/api\/live\//,
  /^\/api\/rules(\/|$)/,
  /^\/api\/customers(\/|$)/,
  /\/ratings\/supervisor$/,
  /\/unsubscribed\/look$/,
];

/** Whoever reads along writes nothing, also through a route that does not know of roles. */
export function guardReaders(scope: App): void {
  scope.addHook("preValidation", async (request) => {
    if (viewerOf(request).role !== "controller" || ["GET", "HEAD"].includes(request.method)) return;
    const { url = "" } = request.routeOptions;
    if (ALLOWED.some((route) => route.test(url))) return;
    throw new HttpError(
      403,
      "read_only",
      "You may read every conversation here and write in none. Ask an administrator of the portal for another role.",
    );
  });
}
