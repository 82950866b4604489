import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions } from "playwright-core";
import type { Chat, Session } from "../emulators/portal/model.ts";
import { personWrites, phoneWrites } from "../emulators/whatsapp-cloud/people.ts";
import type { SentMessage } from "../emulators/whatsapp-cloud/types.ts";
import { launchBrowser } from "../support/browser.ts";
import { until } from "../support/world/until.ts";
import { World } from "../support/world/world.ts";
import { PortalWindow } from "./portal-window.ts";
import { TlsFront } from "./tls-front.ts";

const HOST = "threadline.example";

/** A customer of the shop, as their phone and as the line know them. */
export interface Customer {
  readonly name: string;
  says(text: string): void;
  /** What reached their phone, oldest first. */
  received(): string[];
  /** The shop answers from its own phone, past the portal. */
  answeredFromPhone(text: string): void;
  /** All chats that the line has of this person. */
  chats(): Chat[];
  /** What the line shows, oldest first: without its own notes, and without ours of what came from the shop's phone. */
  line(): string[];
}

/**
 * A shop with a WhatsApp number that is used by the API and in the Business app on its phone, two agents, and a real browser
 * for each of them. Needs the built pages.
 */
export class Office {
  readonly world: World;
  /** What our pages complained about. */
  readonly complaints: string[] = [];
  /** Between our pages and the app. */
  readonly front: TlsFront;
  private readonly browser: Browser;
  private readonly contexts: BrowserContext[] = [];

  private constructor(world: World, front: TlsFront, browser: Browser) {
    this.world = world;
    this.front = front;
    this.browser = browser;
  }

  static async open(): Promise<Office> {
    const world = await World.start({ unpaced: true, publicUrl: `https://${HOST}` });
    await world.install();
    const { phoneNumberId, businessAccountId, accessToken, appSecret } = world.vendors.whatsappCloud.business();
    await world.connect({
      channel: "whatsapp-cloud",
      credentials: { phoneNumberId, businessAccountId, accessToken, appSecret },
    });
    const front = await TlsFront.start(HOST, () => world.web.url);
    const browser = await launchBrowser([`--host-resolver-rules=MAP ${HOST}:443 127.0.0.1:${front.port}`]);
    return new Office(world, front, browser);
  }

  get portal() {
    return this.world.portal.portal().portal;
  }

  /** The dialog of that customer as the line knows it now. */
  sessionOf(customer: Customer): Session | undefined {
    const [chat] = customer.chats();
    return chat && this.portal.sessions.get(chat.currentSessionId);
  }

  /** A window of the portal for that agent; `name` is a first name. */
  async sitDown(name: string, look: BrowserContextOptions = {}): Promise<PortalWindow> {
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 860 },
      ignoreHTTPSErrors: true,
      ...look,
    });
    this.contexts.push(context);
    context.on("weberror", (error) => this.complaints.push(`${name}: ${error.error()}`));
    return await PortalWindow.open(context, `http://${this.portal.address}/`, name);
  }

  customer(name: string): Customer {
    const cloud = this.world.vendors.whatsappCloud;
    const { waId } = cloud.addPerson({ name });
    const textOf = (message: SentMessage) => message.text ?? "";
    const chats = () => [...this.portal.chats.values()].filter((chat) => chat.externalUserId === waId);
    return {
      name,
      says: (text) => void personWrites(cloud.business(), waId, { text }),
      received: () => cloud.sentTo(waId).map(textOf),
      answeredFromPhone: (text) => void phoneWrites(cloud.business(), waId, { text }),
      chats,
      line: () =>
        chats()
          .flatMap((chat) => this.portal.chatMessages(chat))
          .filter((message) => message.from !== "system")
          .map(({ text }) => text.replace(/^\[b\]From the phone:\[\/b\]\s*/, "")),
    };
  }

  /** Everything is where it belongs, and nothing is on its way. */
  async settled(customer: Customer, line: number, received: number): Promise<void> {
    await until(
      () => customer.line().length === line && customer.received().length === received,
      15_000,
      `${line} messages in the line and ${received} at the customer's`,
      () => JSON.stringify([customer.line(), customer.received()]),
    );
    await this.world.portal.events.settled();
  }

  /** Where `SCREENSHOTS_DIR` says: what each window shows. */
  async photograph(name: string): Promise<void> {
    const folder = process.env.SCREENSHOTS_DIR;
    if (folder === undefined) return;
    for (const [at, page] of this.contexts.flatMap((context) => context.pages()).entries())
      await page.screenshot({ path: join(folder, `${name}-${at + 1}.png`) });
  }

  async goHome(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
  }

  async close(): Promise<void> {
    await this.goHome();
    await this.browser.close();
    await this.front.stop();
    await this.world.stop();
  }
}
