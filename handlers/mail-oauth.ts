/**
 * `GET /oauth/mail/callback`: the way back from Google and Microsoft, in a window of its own. Its proof is the state, which counts
 * once and says whose way it was; what it ends with is handed to the window that began it (see `relay/sign-ins/sign-ins.ts`).
 *
 * Not by @fastify/oauth2, which keeps state and verifier in cookies: the way begins in a frame, which has none.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Ended, SignIns } from "../src/relay/sign-ins/sign-ins.ts";
import { CALLBACK_PATH } from "../src/relay/sign-ins/sign-ins.ts";
import type { App } from "../src/server/app.ts";
import type { Pages } from "../src/server/pages.ts";
import { languageOf } from "../src/server/say.ts";

export interface MailOAuthDeps {
  readonly pages: Pages;
  readonly signIns: Pick<SignIns, "end">;
}

const given = (max: number) => z.string().min(1).max(max).optional().catch(undefined);
const query = z.object({ state: given(200), code: given(5_000), error: given(200) });

export async function registerMailOAuth(app: App, deps: MailOAuthDeps): Promise<void> {
  const routes: FastifyPluginAsync = async (plain) => {
    const scope = plain as App;
    scope.setErrorHandler((error: Error, request, reply) => deps.pages.error(error, request, reply));
    scope.get(
      CALLBACK_PATH,
      {
        config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
        schema: { summary: "The way back from a mailbox's provider", tags: ["pages"], querystring: query },
      },
      async (request, reply) => answer(deps, request, reply, await deps.signIns.end(both(request.query))),
    );
  };
  await app.register(routes);
}

const both = ({ state, code, error }: z.output<typeof query>) => ({ state, code, error });

function answer(deps: MailOAuthDeps, request: FastifyRequest, reply: FastifyReply, ended: Ended): FastifyReply {
  const locale = languageOf(request);
  const failed = (status: number, why: "stale" | "denied" | "told", sentence: string | null) =>
    deps.pages.signedIn(request, reply, status, { kind: "failed", why, sentence, locale });
  switch (ended.kind) {
    case "stale":
      return failed(400, "stale", null);
    case "denied":
      return failed(403, "denied", null);
    case "failed":
      return failed(ended.status, "told", request.say(ended.sentence));
    case "signed-in": {
      const { kind, code, who, vendor, sentence } = ended;
      const told = sentence === undefined ? null : request.say(sentence);
      return deps.pages.signedIn(request, reply, 200, { kind, code, who, vendor, sentence: told, locale });
    }
  }
}
