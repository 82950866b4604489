/**
 * Everything that `npm run demo` shows: the real server, an emulated portal with its page, an emulated Telegram with a
 * customer's phone, and a shop with the web chat. Data stands in a scratch folder that goes when the demo stops.
 */

import { showBeside } from "../emulators/portal/page/memory.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { type Page, startFront, startShop } from "./pages.ts";

/** The line that the shop's chat feeds; Telegram feeds the first one. */
const webchatLine = 2;

export interface DemoOptions {
  readonly logLevel?: string;
}

const surnames: Readonly<Record<string, string>> = { Ada: "Whitfield", Anna: "Keller", Boris: "Berg", Eve: "Santos" };

export class Demo {
  readonly world: World;
  readonly front: Page;
  readonly shop: Page;
  readonly telegramAccount: ApiAccount;
  readonly webchatAccount: ApiAccount;

  private constructor(world: World, front: Page, shop: Page, telegramAccount: ApiAccount, webchatAccount: ApiAccount) {
    this.world = world;
    this.front = front;
    this.shop = shop;
    this.telegramAccount = telegramAccount;
    this.webchatAccount = webchatAccount;
  }

  /** Starts all servers, installs the app, connects Telegram to the first line and the shop's chat to the second. */
  static async start(options: DemoOptions = {}): Promise<Demo> {
    const world = await World.start({
      telegram: { bots: [{ firstName: "Northwind", username: "northwind_support_bot" }] },
      env: { LOG_LEVEL: options.logLevel ?? "warn" },
    });
    const { portal } = world.portal.portal();
    for (const user of portal.employees()) user.lastName = surnames[user.name] ?? user.lastName;
    const pages: Page[] = [];
    try {
      let account = "";
      const shop = await startShop(() =>
        account === "" ? undefined : { script: `${world.web.url}/widget.js`, account },
      );
      pages.push(shop);
      const portalUrl = `http://${portal.address}/`;
      const front = await startFront(world.telegram, () => ({
        portal: portalUrl,
        phone: "/phone/",
        shop: `${shop.url}/`,
      }));
      pages.push(front);
      await world.install();
      const telegramAccount = await world.connectTelegram();
      const webchatAccount = await connectWebchat(world, shop.url);
      account = webchatAccount.id;
      showBeside(portal, [
        { title: "Customer's phone", url: `${front.url}/phone/`, kind: "phone" },
        { title: "Shop with web chat", url: `${shop.url}/`, kind: "link" },
      ]);
      return new Demo(world, front, shop, telegramAccount, webchatAccount);
    } catch (error) {
      await Promise.all(pages.map((page) => page.stop()));
      await world.stop();
      throw error;
    }
  }

  get portalUrl(): string {
    return `http://${this.world.portal.portal().portal.address}/`;
  }

  get phoneUrl(): string {
    return `${this.front.url}/phone/`;
  }

  get shopUrl(): string {
    return `${this.shop.url}/`;
  }

  async stop(): Promise<void> {
    await Promise.all([this.front.stop(), this.shop.stop()]);
    await this.world.stop();
  }
}

async function connectWebchat(world: World, site: string): Promise<ApiAccount> {
  const account = await world.api<ApiAccount>("/api/accounts", {
    method: "POST",
    body: {
      channel: "webchat",
      name: "Northwind shop",
      credentials: {},
      settings: {
        origins: [site],
        title: "Northwind Furniture",
        greeting: "Hello! Ask us anything.",
        color: "#34506b",
      },
    },
  });
  return await world.api<ApiAccount>(`/api/accounts/${account.id}`, { method: "PATCH", body: { line: webchatLine } });
}
