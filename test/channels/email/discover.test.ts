import { describe, expect, it } from "vitest";
import { settings as settingsSchema } from "../../../src/channels/email/about.ts";
import { readAutoconfig } from "../../../src/channels/email/autoconfig.ts";
import { type DiscoverTools, findServers } from "../../../src/channels/email/discover.ts";
import { providers } from "../../../src/channels/email/providers.ts";
import { createPublicHosts } from "../../../src/channels/shared/public-hosts.ts";

/** A mailbox's servers, found by its address. */

interface World {
  readonly mx?: Readonly<Record<string, string>>;
  readonly srv?: Readonly<Record<string, { readonly name: string; readonly port: number }>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly asked?: string[];
}

function tools({ mx = {}, srv = {}, files = {}, asked = [] }: World): DiscoverTools {
  const nothing = (what: string) => Promise.reject(new Error(`no ${what}`));
  return {
    hosts: createPublicHosts([]),
    resolver: {
      resolveMx(domain) {
        asked.push(domain);
        const exchange = mx[domain];
        return exchange === undefined ? nothing("MX") : Promise.resolve([{ exchange, priority: 10 }]);
      },
      resolveSrv(name) {
        const found = srv[name];
        return found ? Promise.resolve([{ ...found, priority: 0 }]) : nothing("SRV");
      },
    },
    fetchText(url) {
      const { host, pathname } = new URL(url);
      const text = files[`${host}${pathname}`];
      return text === "slow" ? nothing("answer") : Promise.resolve(text);
    },
  };
}

const find = (world: World, address: string, typed: object = {}) =>
  findServers(tools(world), settingsSchema.parse({ address, ...typed }), AbortSignal.timeout(5_000));

const CONFIG = `<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="example.org">
  <incomingServer type="pop3"><hostname>pop.example.org</hostname><port>995</port><socketType>SSL</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
  <incomingServer type="imap"><hostname>in.example.org</hostname><port>143</port><socketType>plain</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
  <incomingServer type="imap"><hostname>In.Example.org</hostname><port>993</port><socketType>SSL</socketType>
    <username>%EMAILLOCALPART%</username><authentication>OAuth2</authentication>
    <authentication>password-cleartext</authentication></incomingServer>
  <incomingServer type="imap"><hostname>in.example.org</hostname><port>143</port><socketType>STARTTLS</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></incomingServer>
  <outgoingServer type="smtp"><hostname>out.example.org</hostname><port>587</port><socketType>STARTTLS</socketType>
    <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication></outgoingServer>
</emailProvider></clientConfig>`;

describe("servers found by the address", () => {
  it("are known for the large providers, without asking anybody", async () => {
    const asked: string[] = [];
    for (const { domains, imap, id } of providers) {
      for (const domain of domains) {
        const [first, ...others] = await find({ asked }, `anna@${domain}`);
        expect(others).toEqual([]);
        expect(first).toMatchObject({ imap, provider: id, user: `anna@${domain}` });
      }
    }
    expect(asked).toEqual([]);
    expect(new Set(providers.flatMap(({ domains }) => domains)).size).toBe(
      providers.flatMap(({ domains }) => domains).length,
    );
  });

  it.each([
    ["aspmx.l.google.com", "gmail"],
    ["shop-test.mail.protection.outlook.com", "microsoft"],
    ["mx.yandex.net.", "yandex"],
    ["emx.mail.ru", "mailru"],
    ["mx.zoho.eu", "zoho"],
    ["in1-smtp.messagingengine.com", "fastmail"],
  ])("are those of the provider that takes a domain's mail: %s", async (exchanger, provider) => {
    const [first] = await find({ mx: { "shop.test": exchanger } }, "sales@shop.test");
    expect(first).toMatchObject({ provider, user: "sales@shop.test" });
  });

  it("are not those of a provider whose name only looks alike", async () => {
    const found = await find({ mx: { "shop.test": "mx.notgoogle.com" } }, "sales@shop.test");
    expect(found.map(({ provider }) => provider)).toEqual([undefined, undefined, undefined]);
  });

  it("are what the domain tells mail programs, encrypted and by password, the first of them first", async () => {
    const files = { "autoconfig.example.org/mail/config-v1.1.xml": CONFIG };
    const [first, second, ...guesses] = await find({ files }, "Sales@example.org");
    const smtp = { host: "out.example.org", port: 587, security: "starttls" };
    expect(first).toEqual({ imap: { host: "in.example.org", port: 993, security: "tls" }, smtp, user: "Sales" });
    expect(second).toEqual({
      imap: { host: "in.example.org", port: 143, security: "starttls" },
      smtp,
      user: "Sales@example.org",
    });
    expect(guesses.map(({ imap }) => imap.host)).toEqual(["imap.example.org", "mail.example.org", "example.org"]);
  });

  it("are what its SRV records name", async () => {
    const srv = {
      "_imaps._tcp.example.org": { name: "Post.example.org.", port: 9_993 },
      "_imap._tcp.example.org": { name: ".", port: 0 },
      "_submission._tcp.example.org": { name: "post.example.org", port: 587 },
    };
    const [first] = await find({ srv }, "sales@example.org");
    expect(first).toEqual({
      imap: { host: "post.example.org", port: 9_993, security: "tls" },
      smtp: { host: "post.example.org", port: 587, security: "starttls" },
      user: "sales@example.org",
    });
  });

  it("are guessed where nobody tells anything, and nothing breaks on what is no answer", async () => {
    const files = {
      "autoconfig.example.org/mail/config-v1.1.xml": "slow",
      "example.org/.well-known/autoconfig/mail/config-v1.1.xml": "<html>not found",
    };
    const found = await find({ files }, "sales@example.org");
    expect(found.map(({ imap }) => imap)).toEqual([
      { host: "imap.example.org", port: 993, security: "tls" },
      { host: "mail.example.org", port: 993, security: "tls" },
      { host: "example.org", port: 993, security: "tls" },
    ]);
  });

  it("are what was typed, with the usual port of that kind of encryption", async () => {
    const typed = { imapHost: "Post.shop.test", imapSecurity: "starttls", smtpHost: "send.shop.test", user: "anna" };
    expect(await find({}, "anna@shop.test", typed)).toEqual([
      {
        imap: { host: "post.shop.test", port: 143, security: "starttls" },
        smtp: { host: "send.shop.test", port: 465, security: "tls" },
        user: "anna",
      },
    ]);
  });

  it("are not judged by the address's provider where another server was typed", async () => {
    const [gateway] = await find({}, "anna@outlook.com", { imapHost: "gateway.shop.test" });
    expect(gateway).toMatchObject({ imap: { host: "gateway.shop.test", port: 993 }, user: "anna@outlook.com" });
    expect(gateway?.provider).toBeUndefined();
    const [own] = await find({}, "anna@outlook.com", { imapHost: "outlook.office365.com" });
    expect(own?.provider).toBe("microsoft");
  });

  it.each(["", "<", "<a>", "\u0000\u0001", `<clientConfig><incomingServer type="imap"><hostname>a b</hostname>`, "{}"])(
    "a file that is none tells nothing: %j",
    (text) => {
      expect(readAutoconfig(text, "a@example.org")).toEqual([]);
    },
  );

  it("names of hosts that would lead elsewhere are not taken", () => {
    const evil = CONFIG.replaceAll("In.Example.org", "in.example.org/../x").replaceAll(
      "in.example.org",
      "127.0.0.1:22#",
    );
    expect(readAutoconfig(evil, "a@example.org")).toEqual([]);
  });
});
