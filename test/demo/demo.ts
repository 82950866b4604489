/**
 * Everything that `npm run demo` shows: the real server, an emulated portal with its page, an emulated Telegram with a
 * customer's phone, and a shop with the web chat. Data stands in a scratch folder that goes when the demo stops.
 */

import { showBeside } from "../emulators/portal/page/memory.ts";
import { type ApiAccount, World } from "../support/world/world.ts";
import { type Page, startFront, startShop } from "./pages.ts";

/** The line that the shop feeds, by its chat and its form; Telegram feeds the first one. */
const shopLine = 2;

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
  readonly formAccount: SiteAccount;

  private constructor(world: World, pages: { readonly front: Page; readonly shop: Page }, accounts: Accounts) {
    this.world = world;
    this.front = pages.front;
    this.shop = pages.shop;
    this.telegramAccount = accounts.telegram;
    this.webchatAccount = accounts.webchat;
    this.formAccount = accounts.form;
  }

  /** Starts all servers, installs the app, connects Telegram to the first line, the shop's chat and form to the second. */
  static async start(options: DemoOptions = {}): Promise<Demo> {
    const world = await World.start({
      telegram: { bots: [{ firstName: "Northwind", username: "northwind_support_bot" }] },
      env: { LOG_LEVEL: options.logLevel ?? "warn" },
    });
    const { portal } = world.portal.portal();
    for (const user of portal.employees()) user.lastName = surnames[user.name] ?? user.lastName;
    const pages: Page[] = [];
    try {
      let code = { chat: "", form: "" };
      const shop = await startShop(() => code);
      pages.push(shop);
      const portalUrl = `http://${portal.address}/`;
      const front = await startFront(world.telegram, () => ({
        portal: portalUrl,
        phone: "/phone/",
        shop: `${shop.url}/`,
      }));
      pages.push(front);
      await world.install();
      const telegram = await world.connectTelegram();
      const webchat = await connectWebchat(world, shop.url);
      const form = await connectForm(world, shop.url);
      code = { chat: webchat.embed, form: form.embed };
      showBeside(portal, [
        { title: "Customer's phone", url: `${front.url}/phone/`, kind: "phone" },
        { title: "Shop with chat and form", url: `${shop.url}/`, kind: "link" },
      ]);
      return new Demo(world, { front, shop }, { telegram, webchat, form });
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

interface Accounts {
  readonly telegram: ApiAccount;
  readonly webchat: SiteAccount;
  readonly form: SiteAccount;
}

/** An account that lives on sites, with the code for their pages. */
export interface SiteAccount extends ApiAccount {
  readonly embed: string;
}

const color = "#34506b";

const connectWebchat = (world: World, site: string): Promise<SiteAccount> =>
  connectSite(world, "webchat", "Northwind shop", {
    ...{ origins: [site], color, title: "Northwind Furniture", greeting: "Hello! Ask us anything." },
    rating: "stars",
  });

const connectForm = (world: World, site: string): Promise<SiteAccount> =>
  connectSite(world, "form", "Made to measure", {
    ...{ origins: [site], color, title: "Tell us what you have in mind", country: "US" },
    ...{ askName: "required", askPhone: "optional", askEmail: "required" },
    consent: "I agree that Northwind Furniture uses these details to answer me.",
  });

async function connectSite(world: World, channel: string, name: string, settings: object): Promise<SiteAccount> {
  const body = { channel, name, credentials: {}, settings };
  const { id } = await world.api<ApiAccount>("/api/accounts", { method: "POST", body });
  return world.api<SiteAccount>(`/api/accounts/${id}`, { method: "PATCH", body: { line: shopLine } });
}
