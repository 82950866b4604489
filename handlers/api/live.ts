import { Readable } from "node:stream";
import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import type { LineStateAnswer } from "../../src/api/messages.ts";
import { messageParams } from "../../src/api/messages.ts";
import type { Conversation } from "../../src/domain/conversation.ts";
import { conversationId } from "../../src/domain/ids.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { viewerOf } from "../../src/server/session.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import type { ChatAccess } from "./access.ts";
import { ourId, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { presentLineState } from "./present.ts";

/** A comment this often keeps proxies from cutting a quiet stream. */
const BEAT_MS = 15_000;
/** After this the page asks again, and its rights are looked at again. */
const LIFE_MS = 10 * 60_000;
/** Open at once for one viewer; a page holds one. */
const PER_VIEWER = 8;

/**
 * What happens in a conversation while somebody looks at it: that there are new or changed messages (the page asks for them),
 * how it stands in the line, and what the customer types just now, where their channel tells. A stream that begins tells
 * of both first, so that nothing is missed between a page's question and its stream. What is typed is live only and kept nowhere.
 *
 * The page gone or slow: the stream ends or drops what it had no room for; the next notice replaces it. A notice that was lost
 * between processes: the stream looks by itself with every beat.
 */
export function registerLiveRoute(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const open = new Map<string, number>();
  const closing = new AbortController();
  // Streams would otherwise hold up the server's close for as long as they live.
  scope.addHook("preClose", async () => closing.abort());

  scope.get(
    "/conversations/:id/live",
    {
      schema: {
        summary: "What happens in a conversation, live",
        description:
          'Server-sent events. `news`, data `{}`: messages are new or changed since; ask for them. `state`, data `{"open", "operator", "accepted", "stateAt"}` as in the conversation: how it stands in the line now. `typing`, data `{"text": string | null}`: the text as it stands in the customer\'s input (empty when it was cleared or sent), or null where the channel tells only that they type. Begins with `state` and `news`. Ends after ten minutes; ask again.',
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
      const push = (frame: string) => {
        // Who does not read gets the next text instead of all of them.
        if (stream.readableLength < 64 * 1024) stream.push(frame);
      };
      const send = (event: string, data: unknown) => push(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      const tell = stateTeller(deps, found, (state) => send("state", state));
      const stops = [
        deps.watchChat(found),
        deps.watchTyping(found.account, found.externalChatId, (text) => send("typing", { text: text ?? null })),
        deps.news.listen({ conversation: id, account: found.account, chatId: found.externalChatId }, () => {
          send("news", {});
          tell();
        }),
      ];
      const beat = setInterval(() => {
        push(": \n\n");
        tell();
      }, BEAT_MS);
      const life = setTimeout(() => stream.push(null), LIFE_MS);
      const end = () => stream.destroy();
      closing.signal.addEventListener("abort", end, { once: true });
      reply.raw.once("close", end);
      stream.once("close", () => {
        for (const stop of stops) stop();
        clearInterval(beat);
        clearTimeout(life);
        closing.signal.removeEventListener("abort", end);
        const left = (open.get(key) ?? 1) - 1;
        if (left <= 0) open.delete(key);
        else open.set(key, left);
      });
      push(": hello\n\n");
      send("news", {});
      tell();
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

/** Tells how a conversation stands whenever that is not as it was told last. The database away: with the next look. */
function stateTeller(deps: ApiDeps, { portal, id }: Conversation, send: (state: LineStateAnswer) => void): () => void {
  let told = "";
  async function look(): Promise<void> {
    const now = await deps.store.conversations.find(portal, id);
    if (!now) return;
    const names = await deps.store.users.names(portal, now.operator === undefined ? [] : [now.operator]);
    const state = presentLineState(now, names);
    const text = JSON.stringify(state);
    if (text === told) return;
    told = text;
    send(state);
  }
  let looking = Promise.resolve();
  return () => {
    looking = looking.then(look).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
    });
  };
}
