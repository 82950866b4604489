/**
 * Whether letters are read: a picture and links of ours in those that are to be seen.
 *
 * An address of ours names a letter and carries its signature, compared in constant time; where a link leads stands in the
 * store with the letter, so nobody is led anywhere else by us. What was seen of a letter is judged together
 * (`classify-hits.ts`): only a person's look counts as read.
 *
 * The store away: the picture is shown all the same and nothing is noted; a link cannot be followed then (503). Twice: two
 * hits, which prove no more than one. A crash after a hit was noted: the message learns with the next hit that it was read.
 */
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Dispatcher } from "../../dispatch/contract.ts";
import type { Account } from "../../domain/account.ts";
import { laneOf } from "../../domain/ids.ts";
import type { LetterHit } from "../../domain/letter-hit.ts";
import type { Message } from "../../domain/message.ts";
import type { RichText } from "../../domain/rich-text.ts";
import type { Cause } from "../../domain/trigger.ts";
import type { Logger } from "../../log/log.ts";
import { classifyHits, seenBy } from "../../mail/tracking/classify-hits.ts";
import { linksOf } from "../../mail/writing/html-body.ts";
import type { Store } from "../../store/contract.ts";
import type { TriggerWatch } from "../automation/watch.ts";
import type { News } from "../news.ts";

export interface Tracking {
  /** Addresses for the picture and the links of a letter, in their order. The same letter twice: the same addresses. */
  begin(letter: TrackedLetter): Promise<{ readonly pixel: string; readonly links: readonly string[] }>;
  /** The picture was asked for. `false`: this is no address of ours. Never throws. */
  opened(token: string, request: HitRequest): Promise<boolean>;
  /**
   * A link was followed: where it leads. `undefined`: this is no address of ours.
   * @throws when the store cannot be asked
   */
  followed(token: string, link: number, request: HitRequest): Promise<string | undefined>;
}

export interface TrackedLetter {
  readonly account: Account;
  readonly originKey: string;
  readonly messageId: string;
  readonly body: RichText;
}

/** What a request said of itself. */
export interface HitRequest {
  readonly method: string;
  readonly agent: string;
  readonly address: string;
  readonly ahead: boolean;
}

export interface TrackingDeps {
  readonly store: {
    readonly tracks: Pick<Store["tracks"], "begin" | "find" | "hit">;
    readonly messages: Pick<Store["messages"], "applyReceipt" | "findByOrigin">;
    readonly lanes: Pick<Store["lanes"], "makeDue">;
  };
  readonly secretKey: string;
  /** Origin that browsers reach us at, where the box has none of its own. */
  readonly publicUrl: string;
  readonly news: Pick<News, "ofConversation">;
  readonly dispatcher: Pick<Dispatcher, "wake">;
  /** For automations that wait for it. */
  readonly triggers: Pick<TriggerWatch, "happened" | "watches">;
  readonly log: Pick<Logger, "warn">;
  readonly now: () => Date;
}

const SIGNATURE_BYTES = 16;

export function createTracking(deps: TrackingDeps): Tracking {
  const keyFor = (purpose: string) => Buffer.from(hkdfSync("sha256", deps.secretKey, "", purpose, 32));
  const signingKey = keyFor("threadline tracked letters");
  const printingKey = keyFor("threadline prints of addresses");
  const sign = (id: Buffer) => createHmac("sha256", signingKey).update(id).digest().subarray(0, SIGNATURE_BYTES);
  const { tracks, messages } = deps.store;

  return {
    async begin({ account, originKey, messageId, body }) {
      const links = linksOf(body);
      const track = await tracks.begin({ portal: account.portal, account: account.id, originKey, messageId, links });
      const id = Buffer.from(track.id.replaceAll("-", ""), "hex");
      const base = `${originOf(account, deps.publicUrl)}/t/${Buffer.concat([id, sign(id)]).toString("base64url")}`;
      return { pixel: base, links: links.map((_link, at) => `${base}/${at + 1}`) };
    },

    async opened(token, request) {
      const id = idOf(token);
      if (id === undefined) return false;
      try {
        await note(id, undefined, request);
      } catch (error) {
        deps.log.warn({ err: error }, "A look at a letter could not be noted");
      }
      return true;
    },

    async followed(token, link, request) {
      const id = idOf(token);
      const track = id === undefined ? undefined : await tracks.find(id);
      const target = track?.links[link - 1];
      if (id === undefined || target === undefined) return undefined;
      try {
        await note(id, link, request);
      } catch (error) {
        deps.log.warn({ err: error }, "A followed link of a letter could not be noted");
      }
      return target;
    },
  };

  /** The id of a letter, where the signature is ours. */
  function idOf(token: string): string | undefined {
    const bytes = Buffer.from(token, "base64url");
    const [id, given] = [bytes.subarray(0, 16), bytes.subarray(16)];
    if (id.length !== 16 || given.length !== SIGNATURE_BYTES || !timingSafeEqual(given, sign(id))) return undefined;
    return id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  async function note(id: string, link: number | undefined, request: HitRequest): Promise<void> {
    const { method, agent, ahead, address } = request;
    const hit: LetterHit = {
      ...{ method, agent, ahead, at: deps.now() },
      from: createHmac("sha256", printingKey).update(address).digest("base64url").slice(0, 22),
      ...(link !== undefined && { link }),
    };
    const hits = await tracks.hit(id, hit, classifyHits);
    const { opened, clicked } = seenBy(hits);
    const isNews = !isDeepStrictEqual(seenBy(hits), seenBy(hits.slice(0, -1))) || hits.at(-1)?.class === "scanner";
    if (opened === "not-known" && !isNews) return;
    const track = await tracks.find(id);
    const message = track && (await messages.findByOrigin(track.portal, track.originKey));
    if (!track || !message) return;
    if (isNews) {
      // Its card says so, too (`crm/letters-seen.ts`).
      const lane = laneOf("in", message.conversation, track.portal);
      await deps.store.lanes.makeDue(lane);
      deps.dispatcher.wake(lane);
    }
    if (opened === "not-known") return;
    if (opened === "yes" || (await deps.triggers.watches(track.portal)))
      await tellTriggers(message, opened === "probably", clicked);
    if (opened === "probably") return;
    const changed = await messages.applyReceipt(track.account, [track.messageId], "read");
    if (changed.length > 0) deps.news.ofConversation(track.portal, message.conversation);
  }

  /** Once for a letter, however often it is looked at: what a crash kept back is told with the next look. */
  async function tellTriggers({ portal, conversation, account, id }: Message, probable: boolean, clicked: boolean) {
    const at = deps.now();
    const opened: Cause = { kind: "mail-opened", key: `opened:${id}`, at, probable };
    const causes: Cause[] = clicked ? [opened, { kind: "link-clicked", key: `clicked:${id}`, at }] : [opened];
    await deps.triggers.happened(portal, { conversation, account }, causes);
  }
}

/** A box may have a domain of its own for this, which leads to this server: its letters then name no other. */
export function originOf({ settings }: Account, publicUrl: string): string {
  const { trackingUrl } = settings;
  if (typeof trackingUrl !== "string" || !URL.canParse(trackingUrl)) return publicUrl;
  const url = new URL(trackingUrl);
  return url.protocol === "https:" ? url.origin : publicUrl;
}
