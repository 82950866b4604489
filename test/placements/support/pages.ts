import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { ChannelAdapter } from "../../../src/channels/contract.ts";
import { accountId, conversationId, laneOf, type MessageId } from "../../../src/domain/ids.ts";
import type { Content } from "../../../src/domain/message.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import type { MessageResult } from "../../../src/store/contract/messages.ts";
import type { PageRequest } from "../../emulators/portal/pages.ts";
import type { Site } from "../../handlers/support/site.ts";
import { LOOKS, Pages } from "./open-pages.ts";

/** Our pages for tests that share one set of them: what `Pages` opens, with people, messages and accounts to show. */
let pages: Pages;
export let site: Site;
/** Where the site listens. */
export let base: string;
/** The administrator's session. */
let admin: string;

/**
 * To be called once by a file of tests: brings everything up before them, and leaves nothing of one test to the next.
 * @param channels beside the fake Telegram
 * @param prepare before the application is installed
 */
export function usePages(channels: readonly ChannelAdapter[] = [], prepare?: (site: Site) => void): void {
  beforeAll(async () => {
    pages = await Pages.start(channels);
    ({ site, base } = pages);
    prepare?.(site);
    admin = await site.install();
  });

  afterAll(() => pages?.stop());

  afterEach(async () => {
    await pages.closePage();
    site.installation.report = { ok: true, problems: [] };
    site.emulator.faults.clear();
    for (const account of await site.store.accounts.list(site.memberId))
      await site.api(admin, "DELETE", `/accounts/${account.id}`);
    await site.store.portals.update(site.memberId, {
      active: true,
      name: "Ellis & Sons",
      trouble: null,
      installation: { ok: true, problems: [] },
    });
    expect(pages.complaints.splice(0)).toEqual([]);
  });
}

export type Look = Parameters<Pages["freshContext"]>[0];

export const freshContext = (look?: Look) => pages.freshContext(look);

/** Opens a page the way the portal does, with fields beside the portal's own. */
export const open = (
  request: PageRequest,
  path: string,
  fields: Readonly<Record<string, string>> = {},
  look?: Look,
): Promise<Page> => pages.open({ ...request, fields: { ...request.fields, ...fields } }, path, look);

export const settings = (look?: Look) => open(site.portal.appRequest(), "/", {}, look);
/** For somebody whose portal speaks this language. */
export const settingsIn = (language: string, look?: Look) => open(spoken(language), "/", {}, look);
export const workplaceIn = (language: string, look?: Look) => open(spoken(language), "/placements/workplace", {}, look);

function spoken(language: string): PageRequest {
  const request = site.portal.appRequest();
  const url = new URL(request.url);
  url.searchParams.set("LANG", language);
  return { ...request, url: url.href };
}

export const connectorSetup = (look?: Look) =>
  open(
    site.portal.appRequest(),
    "/placements/connector-setup",
    {
      PLACEMENT: "SETTING_CONNECTOR",
      PLACEMENT_OPTIONS: JSON.stringify({ CONNECTOR: "threadline_telegram", LINE: "1" }),
    },
    look,
  );
export const dealTab = (look?: Look) =>
  open(
    site.portal.appRequest(),
    "/placements/deal-tab",
    { PLACEMENT: "CRM_DEAL_DETAIL_TAB", PLACEMENT_OPTIONS: JSON.stringify({ ID: "42" }) },
    look,
  );
/** @param before what shall hold before anything of the page is loaded */
export const workplace = (look?: Look, before?: (page: Page) => Promise<unknown>) =>
  pages.open(site.portal.appRequest(), "/placements/workplace", look, before);

export const inspect = (page: Page, name: string) => pages.inspect(page, name);

export async function inAllLooks(
  name: string,
  show: (look: Look) => Promise<Page>,
  ready: (page: Page) => Promise<void>,
): Promise<void> {
  for (const [look, options] of Object.entries(LOOKS)) {
    const page = await show(options);
    await ready(page);
    await inspect(page, `${name}-${look}`);
  }
}

let keys = 0;
export async function receive(
  account: string,
  chatId: string,
  name: [string, string],
  content: string | Content,
  minutesAgo: number,
): Promise<{ message: MessageId; conversation: string }> {
  keys += 1;
  const sentAt = new Date(Date.now() - minutesAgo * 60_000);
  const [accepted] = await site.store.messages.acceptInbound([
    {
      portal: site.memberId,
      account: accountId(account),
      key: `k${keys}`,
      kind: "message",
      chatId,
      customer: {
        ...{ externalId: chatId, name: name[0], lastName: name[1], username: name[0].toLowerCase() },
        ...(chatId.includes("@") && { email: chatId }),
      },
      externalId: String(keys),
      content: typeof content === "string" ? { body: plainText(content), attachments: [] } : content,
      sentAt,
      notBefore: sentAt,
    },
  ]);
  if (accepted?.kind !== "stored") throw new Error("not stored");
  site.news.ofConversation(site.memberId, accepted.conversation);
  return accepted;
}

export async function reply(conversation: string, text: string, minutesAgo: number): Promise<MessageId> {
  keys += 1;
  const accepted = await site.store.messages.acceptReply({
    portal: site.memberId,
    conversation: conversationId(conversation),
    kind: "message",
    originKey: `im:${keys}`,
    origin: { by: "open-line", imMessageId: String(keys), imChatId: "1", authorId: "5" },
    content: { body: plainText(text), attachments: [] },
    sentAt: new Date(Date.now() - minutesAgo * 60_000),
  });
  if (accepted.kind !== "stored") throw new Error("not stored");
  site.news.ofConversation(site.memberId, accepted.conversation);
  return accepted.message;
}

export async function ends(message: MessageId, result: MessageResult): Promise<void> {
  const row = await site.store.messages.find(site.memberId, message);
  if (!row) throw new Error("no row");
  const lane = laneOf(row.direction, row.conversation, site.memberId);
  await site.store.lanes.heartbeat("test", 60_000);
  await site.store.lanes.take(lane, "test", 10);
  await site.store.messages.beginAttempt(lane, "test", [message]);
  await site.store.messages.finish([{ message, result }]);
  await site.store.lanes.release(lane, "test");
}

export async function account(name: string, token: string, line?: string, channel = "telegram"): Promise<string> {
  const answer = await site.api(admin, "POST", "/accounts", {
    channel,
    name,
    credentials: { token },
    ...(line !== undefined && { line }),
  });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json().id;
}

/** Two bots and a few conversations in every state a page can show. */
export async function furnish(): Promise<{ readonly conversation: string }> {
  const shop = await account("Ellis & Sons shop", "1112223334:abcdef", "1");
  const service = await account("Service desk", "4445556667:abcdef");
  await site.store.accounts.update(site.memberId, accountId(service), {
    connection: {
      kind: "bad-credentials",
      sentence: "Telegram does not accept the token any more. Make a new one with @BotFather and change the account.",
    },
  });
  const maria = await receive(
    shop,
    "maria",
    ["Maria", "Lopez"],
    "Hello! Do you deliver on Fridays? I am looking at the oak table, the large one, and would need it before the weekend.",
    190,
  );
  await ends(maria.message, { state: "sent" });
  await ends(await reply(maria.conversation, "Good morning Maria, yes we do: between 9 and 13 o'clock.", 185), {
    state: "delivered",
    externalIds: ["5"],
  });
  await ends((await receive(shop, "maria", ["Maria", "Lopez"], "Perfect, thank you!", 30)).message, { state: "sent" });
  await ends(await reply(maria.conversation, "The driver will call you an hour before.", 12), {
    state: "uncertain",
    error:
      "Telegram did not answer in time. The message may not have been delivered; ask the customer before sending it again.",
  });
  const photo: Content = {
    body: plainText("This is the scratch"),
    attachments: [
      {
        kind: "file",
        source: { by: "channel", ref: "x" },
        name: "table-damage-report-from-the-carrier-final-version.pdf",
        mime: "application/pdf",
        size: 1_482_113,
      },
    ],
    quote: { author: "Shop", text: "Could you send us a picture?" },
  };
  const jonas = await receive(shop, "jonas", ["Jonas", "Weber"], photo, 8);
  await ends(await reply(jonas.conversation, "Thank you, we will exchange it.", 5), {
    state: "refused",
    error: "The customer has blocked the bot. Reach them another way.",
  });
  await receive(service, "li", ["Li", "Wei"], "Is anybody there?", 2);
  await site.store.conversations.learn(site.memberId, conversationId(maria.conversation), { imChatId: "777" });
  return { conversation: maria.conversation };
}
