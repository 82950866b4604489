import { randomUUID } from "node:crypto";
import { z } from "zod";
import { errorAnswer } from "../../src/api/common.ts";
import { liveParams, liveQuery, lookingAt } from "../../src/api/live.ts";
import { messageParams } from "../../src/api/messages.ts";
import { type ConversationId, conversationId } from "../../src/domain/ids.ts";
import { createPresence } from "../../src/relay/presence.ts";
import type { App } from "../../src/server/app.ts";
import { HttpError } from "../../src/server/errors.ts";
import { type Viewer, viewerOf } from "../../src/server/session.ts";
import type { ChatAccess } from "./access.ts";
import { isOurId, ourId, sendNothing, unknown } from "./answers.ts";
import type { ApiDeps } from "./deps.ts";
import { createLiveFeeds } from "./live-feed.ts";
import { type LivePage, openLivePage } from "./live-page.ts";
import { presentTeller } from "./live-present.ts";

/** After this the page asks again, and its rights are looked at again. */
const LIFE_MS = 10 * 60_000;
/** Open at once for one viewer; a page holds one. */
const PER_VIEWER = 8;
const TOPIC = "live-looking";

const security = [{ session: [] }];
const tags = ["live"];
const errors = { "4xx": errorAnswer, "5xx": errorAnswer };

const wish = z.object({ key: z.string().max(300), conversations: z.array(z.string().max(36)).max(20) });

const ours = (ids: readonly string[]): readonly ConversationId[] =>
  ids.filter(isOurId).map((one) => conversationId(one.toLowerCase()));

/**
 * One stream for a whole page: how conversations stand, and what happens in those that are open on it.
 *
 * What a page looks at changes without a new stream. The wish may reach another process than the stream: it is passed on, and
 * whoever has the stream looks at the viewer's rights. Lost on the way: the next stream of the page brings it along.
 */
export function registerLiveRoutes(scope: App, deps: ApiDeps, access: ChatAccess): void {
  const feeds = createLiveFeeds(deps);
  const presence = createPresence(deps.bus, randomUUID());
  const open = new Map<string, number>();
  const pages = new Map<string, LivePage>();
  const closing = new AbortController();
  const stopWishes = deps.bus.subscribe(TOPIC, (raw) => {
    const read = wish.safeParse(parse(raw)).data;
    void (read && pages.get(read.key)?.look(ours(read.conversations)));
  });
  // Streams would otherwise hold up the server's close for as long as they live.
  scope.addHook("preClose", async () => {
    stopWishes();
    feeds.close();
    presence.close();
    closing.abort();
  });

  const joinerOf = (viewer: Viewer) => (conversation: ConversationId, tell: (people: unknown) => void) =>
    presence.join(conversation, viewer.userId, presentTeller(deps.store, viewer.portal, tell));

  /** One more stream of a viewer. Answers how to give its place back. */
  function enter(viewer: Viewer): () => void {
    const key = `${viewer.portal} ${viewer.userId}`;
    const count = open.get(key) ?? 0;
    if (count >= PER_VIEWER)
      throw new HttpError(429, "too_many_streams", "This is open in too many windows; close one of them.");
    open.set(key, count + 1);
    return () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left <= 0) open.delete(key);
      else open.set(key, left);
    };
  }

  scope.get(
    "/live",
    {
      schema: {
        summary: "What happens in conversations, live",
        description:
          'Server-sent events. `hello` begins. `conversation`: how one stands now, as in the list of conversations, whenever that changes; `at`, data `{"at"}`: everything up to this position was told, which is what to pass as `after` when the stream broke; `reload`: more was missed than is known here, load anew; `gone`, data `{"conversation"}`: one that was open may not be read any more. Of the conversations that are open on the page: `news`, data `{"conversation"}`: messages are new or changed, ask for them; `typing`, data `{"conversation", "text": string | null}`: the text as it stands in the customer\'s input (empty when it was cleared or sent), or null where the channel tells only that they type; `present`, data `{"conversation", "people": [{"id", "name"?, "writing"}]}`: which colleagues have it open too, without the viewer, and who of them writes. Only of what the viewer may read. Ends after ten minutes; ask again.',
        tags,
        security,
        querystring: liveQuery,
        response: { 200: z.unknown().describe("text/event-stream"), ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { stream: id, desk, looking = [], after } = request.query;
      const goBack = enter(viewer);
      const page = openLivePage({ ...deps, joinPresent: joinerOf(viewer) }, access, feeds.of(viewer.portal), {
        viewer,
        desk: desk === "true",
        after,
      });
      const { stream } = page;
      const key = keyOf(viewer, id);
      const life = setTimeout(() => !stream.destroyed && stream.push(null), LIFE_MS);
      const end = () => stream.destroy();
      closing.signal.addEventListener("abort", end, { once: true });
      reply.raw.once("close", end);
      stream.once("close", () => {
        goBack();
        clearTimeout(life);
        closing.signal.removeEventListener("abort", end);
        if (pages.get(key) === page) pages.delete(key);
      });
      try {
        pages.set(key, page);
        await page.look(ours(looking));
      } catch (error) {
        end();
        throw error;
      }
      return (
        reply
          .header("content-type", "text/event-stream; charset=utf-8")
          // nginx would otherwise collect the stream before passing it on.
          .header("x-accel-buffering", "no")
          .send(stream)
      );
    },
  );

  scope.put(
    "/live/:stream/looking",
    {
      schema: {
        summary: "Says which conversations are open on a page",
        description: "Of those that the viewer may read, its stream tells at once how they stand.",
        tags,
        security,
        params: liveParams,
        body: lookingAt,
        response: { 204: z.null(), ...errors },
      },
    },
    async (request, reply) => {
      const key = keyOf(viewerOf(request), request.params.stream);
      const { conversations } = request.body;
      const page = pages.get(key);
      if (page) await page.look(ours(conversations));
      else deps.bus.publish(TOPIC, JSON.stringify({ key, conversations }));
      return sendNothing(reply);
    },
  );

  scope.post(
    "/conversations/:id/writing",
    {
      config: { rateLimit: { max: 60, timeWindow: "1 minute" } },
      schema: {
        summary: "Tells colleagues who have the conversation open that the viewer writes there just now",
        description: "Forgotten after a few seconds, so it is told again while somebody writes. Kept nowhere.",
        tags,
        security,
        params: messageParams,
        response: { ...errors },
      },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const id = ourId(request.params.id, conversationId, "conversation");
      const found = await deps.store.conversations.find(viewer.portal, id);
      if (!found || !(await access.mayRead(viewer, found))) throw unknown("conversation");
      presence.writes(id, viewer.userId);
      return sendNothing(reply);
    },
  );
}

/** Nobody else's page can be told where to look. */
const keyOf = (viewer: Viewer, stream: string) => JSON.stringify([viewer.portal, viewer.userId, stream]);

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
