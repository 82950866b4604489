import { Readable } from "node:stream";
import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import { messageParams } from "../../src/api/messages.ts";
import { conversationId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";

/** A comment this often keeps proxies from cutting a quiet stream. */
const BEAT_MS = 15_000;
/** After this the page asks again, and its rights are looked at again. */
const LIFE_MS = 10 * 60_000;
/** Open at once for one viewer; a page holds one. */
const PER_VIEWER = 8;

/**
 * What a customer is typing just now, where their channel tells. Live only: nothing of it is kept, so a page that comes
 * late has missed it. The page gone or slow: the stream ends or drops what it had no room for; the next text replaces it.
 */
export function registerTypingRoute(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const open = new Map<string, number>();
  const closing = new AbortController();
  // Streams would otherwise hold up the server's close for as long as they live.
  scope.addHook("preClose", async () => closing.abort());

  scope.get(
    "/conversations/:id/typing",
    {
      schema: {
        summary: "What the customer is typing, live",
        description:
          'Server-sent events named `typing`, data `{"text": string | null}`: the text as it stands in the customer\'s input (empty when it was cleared or sent), or null where the channel tells only that they type. Ends after ten minutes; ask again.',
        tags: ["messages"],
        security: [{ session: [] }],
        params: messageParams,
        response: { 200: z.unknown().describe("text/event-stream"), "4xx": errorAnswer, "5xx": errorAnswer },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const id = ourId(request.params.id, conversationId, "conversation");
      const found = await deps.store.conversations.find(viewer.portal, id);
      if (!found || !(await access.mayRead(viewer, found))) throw unknown("conversation");
      const key = `${viewer.portal} ${viewer.userId}`;
      const count = open.get(key) ?? 0;
      if (count >= PER_VIEWER)
        throw new HttpError(429, "too_many_streams", "This is open in too many windows; close one of them.");
      open.set(key, count + 1);

      const stream = new Readable({ read: () => undefined });
      const send = (frame: string) => {
        // Who does not read gets the next text instead of all of them.
        if (stream.readableLength < 64 * 1024) stream.push(frame);
      };
      const stop = deps.watchTyping(found.account, found.externalChatId, (text) =>
        send(`event: typing\ndata: ${JSON.stringify({ text: text ?? null })}\n\n`),
      );
      const beat = setInterval(() => send(": \n\n"), BEAT_MS);
      const life = setTimeout(() => stream.push(null), LIFE_MS);
      const end = () => stream.destroy();
      closing.signal.addEventListener("abort", end, { once: true });
      reply.raw.once("close", end);
      stream.once("close", () => {
        stop();
        clearInterval(beat);
        clearTimeout(life);
        closing.signal.removeEventListener("abort", end);
        const left = (open.get(key) ?? 1) - 1;
        if (left <= 0) open.delete(key);
        else open.set(key, left);
      });
      send(": hello\n\n");
      return (
        reply
          .header("content-type", "text/event-stream; charset=utf-8")
          // nginx would otherwise collect the stream before passing it on.
          .header("x-accel-buffering", "no")
          .send(stream)
      );
    },
  );
}
