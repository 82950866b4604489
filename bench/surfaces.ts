/**
 * How long a message takes from one surface to another: written by the customer, on a page of ours or in Open Lines, and read
 * on another page of ours or in Open Lines. From the click (or the portal's or the vendor's request leaving) until it stands on
 * the other surface: a page of ours hears of it by its stream and asks for the messages, both ways over loopback. One portal,
 * quiet: the four ways take turns.
 */
import type { Chat } from "../test/emulators/portal/model.ts";
import { until } from "../test/support/world/until.ts";
import { Connection } from "./support/connection.ts";
import { Live, type LivePortal, type StoreKind, settingOf } from "./support/live.ts";
import { type Figure, type Finding, list, round, type Size } from "./support/report.ts";
import { median, percentile } from "./support/stats.ts";
import { Surface } from "./support/surface.ts";
import { FIRST_CHAT } from "./support/telegram-update.ts";

const P95_MS = 300;
const [ANNA, BORIS] = [5, 7];
/** Of each way, in each run. */
const MESSAGES = 20;
/** Each message costs the portal about a request, and two a second leak out of its bucket. */
const PACE_MS = 400;

const ways = ["customer to page", "page to page", "page to Open Lines", "Open Lines to page"] as const;
type Way = (typeof ways)[number];
type Times = Readonly<Record<Way, readonly number[]>>;

export const surfaces: Figure = {
  name: "surfaces",
  title: "a message from one surface to another",
  async run(size) {
    return [...(await measure("pglite", size)), ...(await measure("postgres", size))];
  },
};

async function measure(store: StoreKind, size: Size): Promise<readonly Finding[]> {
  const tiny = size === "tiny";
  const live = await Live.start(store, [{}]);
  return await live.measure(async () => {
    const [portal] = live.portals;
    if (!portal) throw new Error("no portal");
    const room = await Room.open(live, portal);
    const runs: Times[] = [];
    for (let run = 0; run < (tiny ? 1 : 3); run += 1) {
      if (!tiny) await live.settled();
      runs.push(await room.measure(tiny ? 2 : MESSAGES));
    }
    await room.close();
    return ways.map((way) =>
      judgeWay(
        `${way}; ${settingOf[store]}`,
        runs.map((run) => run[way]),
      ),
    );
  });
}

export function judgeWay(setting: string, runs: readonly (readonly number[])[]): Finding {
  const tails = runs.map((run) => percentile(run, 0.95));
  const p95 = median(tails);
  const all = runs.flat();
  return {
    figure: "surfaces: p95",
    setting,
    measured: `${round(p95, 1)} ms`,
    target: `at most ${P95_MS} ms`,
    met: p95 <= P95_MS,
    notes: [
      `runs: ${list(tails, 1)} ms; median ${round(median(all), 1)}, slowest ${round(percentile(all, 1), 1)} ms of ${all.length} messages`,
    ],
    data: { p95, runs: tails, p50: median(all), max: percentile(all, 1) },
  };
}

/** One conversation, two agents' pages, and the line. */
class Room {
  private readonly portal: LivePortal;
  private readonly vendor: Connection;
  private readonly chat: Chat;
  private readonly anna: Surface;
  private readonly boris: Surface;
  private serial = 1;

  private constructor(portal: LivePortal, vendor: Connection, chat: Chat, pages: readonly [Surface, Surface]) {
    this.portal = portal;
    this.vendor = vendor;
    this.chat = chat;
    [this.anna, this.boris] = pages;
  }

  static async open(live: Live, portal: LivePortal): Promise<Room> {
    const { controls, target } = portal;
    const vendor = await Connection.open(target.port);
    // Whom the messenger knows: a reply to nobody is turned away, and each costs a notice to its author besides.
    live.world.telegram.addPerson({ id: FIRST_CHAT });
    const [account] = portal.accounts;
    const first = account?.webhook(0, 1);
    if (!first || (await vendor.post(first.head, first.body)) !== 200) throw new Error("the first message was refused");
    const chats = () =>
      [...controls.portal.chats.values()].filter((chat) => chat.externalUserId === String(FIRST_CHAT));
    await until(() => chats().length === 1, 20_000, "the chat in the line");
    const [chat] = chats();
    if (!chat) throw new Error("no chat");
    controls.operatorAccepts(chat.id, ANNA);
    const page = async (userId: number): Promise<Surface> => {
      const boot = (await controls.openApp({ userId })).boot;
      const surface = new Surface(live.world.web.url, String(boot?.session));
      await surface.open([chat.externalChatId]);
      return surface;
    };
    return new Room(portal, vendor, chat, [await page(ANNA), await page(BORIS)]);
  }

  async measure(messages: number): Promise<Times> {
    const times: Record<Way, number[]> = {
      "customer to page": [],
      "page to page": [],
      "page to Open Lines": [],
      "Open Lines to page": [],
    };
    for (let turn = 0; turn < messages; turn += 1)
      for (const way of ways) {
        const pause = new Promise((resolve) => setTimeout(resolve, PACE_MS));
        times[way].push(await this.once(way));
        await pause;
      }
    return times;
  }

  async close(): Promise<void> {
    this.vendor.close();
    await Promise.all([this.anna.close(), this.boris.close()]);
  }

  /** Milliseconds of one message on this way. */
  private async once(way: Way): Promise<number> {
    this.serial += 1;
    const text = `Number ${this.serial}`;
    const begin = performance.timeOrigin + performance.now();
    const shown = () => this.boris.shownAt.get(text);
    switch (way) {
      case "customer to page": {
        const said = this.portal.accounts[0]?.webhook(0, this.serial);
        if (!said || (await this.vendor.post(said.head, said.body)) !== 200) throw new Error("a webhook was refused");
        const own = `Question ${this.serial} of customer 0`;
        const arrival = () => [...this.boris.shownAt].find(([one]) => one.startsWith(own))?.[1];
        return (await at(arrival, text)) - begin;
      }
      case "page to page":
        await this.anna.write(this.chat.externalChatId, text);
        return (await at(shown, text)) - begin;
      case "page to Open Lines":
        await this.anna.write(this.chat.externalChatId, text);
        return (await at(() => this.inLine(text), text)) - begin;
      case "Open Lines to page":
        this.portal.controls.operatorWrites(this.chat.id, { text, userId: ANNA });
        return (await at(shown, text)) - begin;
      default:
        return way satisfies never;
    }
  }

  private inLine(text: string): number | undefined {
    return this.portal.controls.portal.chatMessages(this.chat).findLast((one) => one.text === text)?.createdAt;
  }
}

/** When it was there. */
async function at(time: () => number | undefined, text: string): Promise<number> {
  await until(() => time() !== undefined, 20_000, `"${text}" on the other surface`);
  return time() ?? Number.NaN;
}
