/**
 * One page's stream: what the viewer may read of what changes in their portal, and what else happens in the conversations
 * that are open on the page. Rights come from what is remembered; where nothing is, the portal is asked while the others
 * are told, and the page's position stays behind until it has answered.
 *
 * The page slow: nothing is piled up. What changed meanwhile is told once, as it stands when the page reads again. The page
 * gone: everything of it ends. The portal away: what may not be told is tried again with the beat.
 */
import { Readable } from "node:stream";
import type { Conversation } from "../../src/domain/conversation.ts";
import type { ConversationId } from "../../src/domain/ids.ts";
import { HttpError } from "../../src/server/errors.ts";
import type { Viewer } from "../../src/server/session.ts";
import { StoreUnavailable } from "../../src/store/contract.ts";
import type { ChatAccess } from "./access.ts";
import type { ApiDeps } from "./deps.ts";
import { eventOf, type LiveBatch, type LiveRow, type PortalFeed, positionEvent } from "./live-feed.ts";

export interface LivePage {
  readonly stream: Readable;
  /** These are open on the page from now on, as far as the viewer may read them; told at once how they stand. */
  look(conversations: readonly ConversationId[]): Promise<void>;
}

export interface PageWishes {
  readonly viewer: Viewer;
  /** Of every conversation. */
  readonly desk: boolean;
  /** As it was told last. */
  readonly after?: string | undefined;
}

/** A comment this often keeps proxies from cutting a quiet stream. */
const BEAT_MS = 15_000;
/** Who has so much unread gets how things stand then, instead of all that happens. */
const FULL_BYTES = 128 * 1024;
/** More than this is loaded more quickly than told. */
const MOST_MISSED = 500;

type PageDeps = Pick<ApiDeps, "news" | "watchChat" | "watchTyping"> & {
  /** The viewer has it open; hears which colleagues have too. Answers how to stop. */
  readonly joinPresent: (conversation: ConversationId, tell: (people: unknown) => void) => () => void;
};

export function openLivePage(deps: PageDeps, access: ChatAccess, feed: PortalFeed, wishes: PageWishes): LivePage {
  const { viewer, desk } = wishes;
  const looked = new Map<ConversationId, () => void>();
  /** Told until here. */
  let position = wishes.after ?? feed.position();
  /** Something was left out since `position`. */
  let isBehind = wishes.after !== undefined;
  let wasFull = false;
  let isCatchingUp = false;
  /** Told while it was caught up with: newer than what that finds. */
  const meanwhile = new Set<ConversationId>();

  const stream = new Readable({
    read() {
      if (!wasFull || isFull()) return;
      wasFull = false;
      void catchUp();
    },
  });
  const isFull = () => stream.readableLength >= FULL_BYTES;
  const push = (frame: string | Buffer) => {
    if (!stream.destroyed) stream.push(frame);
  };
  const send = (event: string, data: unknown) => push(eventOf(event, data));
  const reach = (reached: string) => {
    position = reached;
    if (desk) push(positionEvent(reached));
  };

  function hear({ rows, position: reached, whole }: LiveBatch): void {
    const wanted = desk ? rows : rows.filter(({ conversation }) => looked.has(conversation.id));
    if (wanted.length > 0 && isFull()) {
      wasFull = true;
      isBehind = true;
      return;
    }
    const frames: Buffer[] = [];
    let isUnknown = false;
    for (const { conversation, frame } of wanted) {
      const may = conversation.movedTo === undefined && access.known(viewer, conversation);
      if (may === false) lose(conversation.id);
      if (may === undefined) isUnknown = true;
      if (may !== true) continue;
      frames.push(frame);
      if (isCatchingUp) meanwhile.add(conversation.id);
    }
    if (desk && frames.length === rows.length && !isBehind && !isCatchingUp) {
      position = reached;
      push(whole);
      return;
    }
    if (frames.length > 0) push(Buffer.concat(frames));
    if (isUnknown) {
      isBehind = true;
      void catchUp();
    } else if (!isBehind && !isCatchingUp) reach(reached);
  }

  /** How everything stands now that changed since the position: what the portal must be asked about, what there was no room for. */
  async function catchUp(): Promise<void> {
    if (isCatchingUp || stream.destroyed) return;
    isCatchingUp = true;
    try {
      let isDone = false;
      while (isBehind && !isDone && !isFull() && !stream.destroyed) {
        isBehind = false;
        isDone = !(await catchUpOnce());
      }
      if (isDone) isBehind = true;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      isBehind = true;
    } finally {
      isCatchingUp = false;
    }
  }

  /** False: of some it could not be found out whether they may be told. */
  async function catchUpOnce(): Promise<boolean> {
    meanwhile.clear();
    const reached = feed.position();
    const missed = feed.since(position);
    if (missed === undefined || missed.length > MOST_MISSED) {
      send("reload", {});
      reach(reached);
      return true;
    }
    const rows = await feed.rows(desk ? missed : missed.filter((id) => looked.has(id)));
    const judged = await Promise.all(rows.map(async (row) => ({ row, may: await mayRead(row.conversation) })));
    for (const { row, may } of judged) {
      const { id } = row.conversation;
      if (may === false) lose(id);
      if (may === true && !meanwhile.has(id)) push(row.frame);
    }
    if (judged.some(({ may }) => may === undefined)) return false;
    if (!isBehind) reach(reached);
    return true;
  }

  /** `undefined`: the portal cannot be asked. */
  async function mayRead(conversation: Conversation): Promise<boolean | undefined> {
    try {
      return conversation.movedTo === undefined && (await access.mayRead(viewer, conversation));
    } catch (error) {
      if (error instanceof HttpError || error instanceof StoreUnavailable) return undefined;
      throw error;
    }
  }

  async function look(conversations: readonly ConversationId[]): Promise<void> {
    for (const id of looked.keys()) if (!conversations.includes(id)) leave(id);
    const fresh = conversations.filter((id) => !looked.has(id));
    for (const row of await feed.rows(fresh)) {
      const { conversation } = row;
      if ((await mayRead(conversation)) !== true || stream.destroyed || looked.has(conversation.id)) continue;
      looked.set(conversation.id, listenTo(row));
      push(row.frame);
      send("news", { conversation: conversation.id });
    }
  }

  function listenTo({ conversation, alone }: LiveRow): () => void {
    const { id, account, externalChatId: chatId } = conversation;
    const stops = [
      // What the portal has of its time in a line is not how it stands.
      ...(alone ? [] : [deps.watchChat(conversation)]),
      deps.watchTyping(account, chatId, (text) => send("typing", { conversation: id, text: text ?? null })),
      deps.news.listen({ conversation: id, account, chatId }, () => {
        if (!isFull()) send("news", { conversation: id });
      }),
      deps.joinPresent(id, (people) => send("present", { conversation: id, people })),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** The viewer may not read it any more; of what was never open here they learn nothing. */
  function lose(id: ConversationId): void {
    if (!looked.has(id)) return;
    leave(id);
    send("gone", { conversation: id });
  }

  function leave(id: ConversationId): void {
    looked.get(id)?.();
    looked.delete(id);
  }

  const stopHearing = feed.join({ hear });
  const beat = setInterval(() => {
    push(": \n\n");
    if (looked.size > 0) feed.touch([...looked.keys()]);
    void catchUp();
  }, BEAT_MS);
  stream.once("close", () => {
    stopHearing();
    clearInterval(beat);
    for (const id of [...looked.keys()]) leave(id);
  });
  send("hello", {});
  if (isBehind) void catchUp();
  else reach(position);
  return { stream, look };
}
