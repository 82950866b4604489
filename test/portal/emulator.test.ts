/** The client against the strict emulator over real HTTP: what it sends is allowed, what it reads is there. */
import { afterEach, describe, expect, test } from "vitest";
import type { Clock } from "../../src/portal/clock.ts";
import type { ConnectorMessage } from "../../src/portal/contract.ts";
import { connectorId, ensureInstalled } from "../../src/portal/ensure-installed.ts";
import { loadManifest } from "../../src/portal/manifest.ts";
import { robotRegistrations } from "../../src/relay/robots/catalogue.ts";
import type { PortalEmulator } from "../emulators/portal/emulator.ts";
import type { EmulatorOptions } from "../emulators/portal/options.ts";
import { startInstalled } from "./support/installed.ts";

const manifest = await loadManifest(new URL("../../app-manifest.json", import.meta.url));
const channels = [
  { id: "telegram", title: "Telegram", icon: { svg: "<svg/>", color: "#2aabee" } },
  { id: "webchat", title: "Web chat", icon: { svg: "<svg/>", color: "#555555" } },
];

let emulator: PortalEmulator;
afterEach(async () => {
  expect(emulator.notImplemented).toEqual([]);
  await emulator.stop();
});

async function start(options: EmulatorOptions = {}, clock?: Clock) {
  const world = await startInstalled(options, clock);
  emulator = world.emulator;
  const { directory, portal } = world;
  const install = (publicUrl = "https://app.example", wanted = manifest) =>
    ensureInstalled({
      caller: directory.caller(portal),
      connectors: directory.connectors(portal),
      manifest: wanted,
      publicUrl,
      channels,
      automation: directory.automation(portal),
      robots: robotRegistrations(new Map(), publicUrl, (sentence) => sentence),
    });
  return { ...world, install };
}

const message = (chat: string, number: number, more: Partial<ConnectorMessage["message"]> = {}): ConnectorMessage => ({
  user: { id: `user-${chat}`, name: "Klaus", lastName: "Weber" },
  message: { id: `${chat}-${number}`, date: 1_773_759_161, text: `message ${number}`, files: [], ...more },
  chat: { id: chat },
});
const yes = async () => true;

describe("ensure installed", () => {
  test("registers robots and activities, writes over what is old, and does it again after an update of the app", async () => {
    const { controls, install } = await start();
    const codes = () => [...controls.portal.automation.robots.values()].map(({ kind, code }) => `${kind} ${code}`);
    expect((await install("https://old.example")).ok).toBe(true);
    expect((await install()).ok).toBe(true);
    expect(codes()).toHaveLength(12);
    expect(codes()).toEqual(
      expect.arrayContaining(["robot threadline_send", "activity threadline_send_activity", "robot threadline_wait"]),
    );
    const handlers = [...controls.portal.automation.robots.values()].map(({ fields }) => String(fields.HANDLER));
    expect(handlers.every((handler) => handler.startsWith("https://app.example/robots/"))).toBe(true);
    const fields = controls.portal.automation.robots.get(
      controls.portal.automation.keyOf(emulator.application().clientId, "threadline_send"),
    )?.fields;
    expect(fields).toMatchObject({
      USE_SUBSCRIPTION: "Y",
      NAME: { ru: "Threadline: отправить сообщение", es: "Threadline: enviar un mensaje" },
      PROPERTIES: {
        text: { Type: "text" },
        variables: { Multiple: "Y" },
        channel: { Options: { best: "The best channel" } },
      },
      RETURN_PROPERTIES: { result: { Type: "string" }, reason: { Name: { en: "Reason" } } },
    });
  });

  test("goes without robots where the portal has no automation, and says so", async () => {
    const { install } = await start({ portals: [{ bizproc: false }] });
    const report = await install();
    expect([report.ok, report.problems]).toEqual([true, []]);
    expect(report.notes).toEqual([expect.stringContaining("There are no robots of Threadline")]);
  });

  test("sets everything up in a few requests, and a second run changes nothing", async () => {
    const { controls, install } = await start();
    const report = await install();
    expect(report).toMatchObject({ ok: true, problems: [], version: manifest.version });
    const { eventBindings, placements, connectors } = controls.portal;
    expect(eventBindings.map((binding) => binding.event).sort()).toEqual([...manifest.events].sort());
    expect(
      placements.filter((binding) => binding.placement !== "SETTING_CONNECTOR").map((binding) => binding.handler),
    ).toEqual(manifest.placements.map((placement) => `https://app.example/placements/${placement.page}`));
    expect(placements.find((binding) => binding.placement === "CRM_DEAL_DETAIL_TAB")?.langAll).toMatchObject({
      ru: { TITLE: "Чат" },
    });
    expect([...connectors.keys()]).toEqual(["threadline_telegram", "threadline_webchat"]);
    expect(emulator.requests.entries({}).length).toBeLessThanOrEqual(5);
    const before = [eventBindings.length, placements.length];
    expect((await install()).ok).toBe(true);
    expect([controls.portal.eventBindings.length, controls.portal.placements.length]).toEqual(before);
  });

  test("takes handlers of an old address away", async () => {
    const { controls, install } = await start();
    await install("https://old.example");
    expect((await install("https://new.example")).ok).toBe(true);
    const handlers = [...controls.portal.eventBindings, ...controls.portal.placements].filter(
      (binding) => !("placement" in binding) || binding.placement !== "SETTING_CONNECTOR",
    );
    expect(handlers.filter((binding) => binding.handler.startsWith("https://old.example"))).toEqual([]);
  });

  test("names a missing permission and a missing method in words", async () => {
    const { install } = await start({
      portals: [{ grantedScope: ["crm", "im", "imconnector", "imopenlines", "user_brief"] }],
    });
    const report = await install("https://app.example", { ...manifest, methods: [...manifest.methods, "not.there"] });
    expect(report.ok).toBe(false);
    expect(report.problems.join("\n")).toContain('lacks the permission "placement"');
    expect(report.problems.join("\n")).toContain("does not know not.there");
  });

  test("a portal that cannot be asked is a problem in words, not an exception", async () => {
    const { controls, install } = await start();
    controls.uninstall();
    const report = await install();
    expect(report.ok).toBe(false);
    expect(report.problems).toHaveLength(1);
  });
});

describe("a line", () => {
  async function connected(options: EmulatorOptions = {}, clock?: Clock) {
    const all = await start(options, clock);
    await all.install();
    const connectors = all.directory.connectors(all.portal);
    const lines = await connectors.openLines();
    const line = lines.kind === "ok" ? (lines.value[0]?.id ?? "") : "";
    const at = { connector: connectorId(manifest, "telegram"), line };
    return { ...all, connectors, at, lines: all.directory.lines(all.portal) };
  }

  test("is attached, told and detached", async () => {
    const { connectors, at, controls } = await connected();
    expect(await connectors.attach(at, { id: "bot", url: "https://t.me/bot", name: "Bot" })).toEqual({
      kind: "ok",
      value: undefined,
    });
    expect(await connectors.status(at)).toEqual({
      kind: "ok",
      value: { configured: true, active: true, error: false },
    });
    expect(controls.portal.status(at.connector, Number(at.line))).toMatchObject({
      data: { ID: "bot", URL: "https://t.me/bot", URL_IM: "https://t.me/bot", NAME: "Bot" },
    });
    expect((await connectors.detach(at)).kind).toBe("ok");
    expect(await connectors.status(at)).toMatchObject({ value: { active: false } });
  });

  test("takes messages, changes and deletions, tells its ids, and gives its history", async () => {
    const { connectors, at, lines, controls } = await connected();
    await connectors.attach(at, { id: "bot", url: "https://t.me/bot", name: "Bot" });
    const here = { ...at, chatId: "chat-1" };
    const sent = await lines.deliverMessages(here, [message("chat-1", 1), message("chat-1", 2)], yes);
    expect(sent).toMatchObject({ kind: "ok", value: [{ kind: "ok" }, { kind: "ok" }] });
    const [first] = sent.kind === "ok" ? sent.value : [];
    if (first?.kind !== "ok" || first.chatId === undefined || first.sessionId === undefined) throw new Error("no ids");
    expect(await lines.updateMessages(here, [message("chat-1", 1, { text: "changed" })], yes)).toMatchObject({
      value: [{ kind: "ok" }],
    });
    expect(await lines.deleteMessages(here, [message("chat-1", 2)], yes)).toMatchObject({ value: [{ kind: "ok" }] });
    const history = await lines.history({ sessionId: first.sessionId });
    const texts = history.kind === "ok" ? history.value.filter((one) => one.fromCustomer).map((one) => one.text) : [];
    expect(texts).toContain("changed");
    expect(controls.portal.chats.size).toBe(1);
    expect((await lines.history({ chatId: first.chatId })).kind).toBe("ok");
    expect((await lines.notify("1", "A message could not be delivered", "tag-1")).kind).toBe("ok");
  });

  test("tells the refusal of one element and of a line that is switched off", async () => {
    const { connectors, at, lines } = await connected();
    const here = { ...at, chatId: "chat-1" };
    expect(await lines.deliverMessages(here, [message("chat-1", 1)], yes)).toMatchObject({
      kind: "refused",
      code: "NOT_ACTIVE_LINE",
    });
    await connectors.attach(at, { id: "bot", url: "https://t.me/bot", name: "Bot" });
    emulator.faults.add({ kind: "element-refused", nth: 2 });
    expect(await lines.deliverMessages(here, [message("chat-1", 1), message("chat-1", 2)], yes)).toMatchObject({
      value: [{ kind: "ok" }, { kind: "refused" }],
    });
  });

  test.each(["drop-after", "status-500-after", "status-502-after", "drop-before"] as const)(
    "%s: a message is never sent again blindly",
    async (kind) => {
      const { connectors, at, lines, controls } = await connected();
      await connectors.attach(at, { id: "bot", url: "https://t.me/bot", name: "Bot" });
      emulator.faults.add({ kind, method: "imconnector.send.messages" });
      expect((await lines.deliverMessages({ ...at, chatId: "c" }, [message("c", 1)], yes)).kind).toBe("uncertain");
      const made = [...controls.portal.messages.values()].filter((one) => one.text.includes("message 1"));
      expect(made).toHaveLength(kind === "drop-before" ? 0 : 1);
    },
  );

  test("a renamed portal is found again, with the message sent once", async () => {
    const { connectors, at, lines, controls, store, portal } = await connected();
    await connectors.attach(at, { id: "bot", url: "https://t.me/bot", name: "Bot" });
    await controls.rename();
    expect((await lines.deliverMessages({ ...at, chatId: "c" }, [message("c", 1)], yes)).kind).toBe("ok");
    expect((await store.portals.find(portal))?.clientEndpoint).toBe(controls.portal.clientEndpoint);
  });

  test("a flood over the true bucket provokes no 503, keeps the order and loses nothing", async () => {
    const speed = 10;
    const begin = Date.now();
    const now = () => begin + (Date.now() - begin) * speed;
    const fast: Clock = {
      now,
      after(milliseconds, action) {
        const timer = setTimeout(action, Math.ceil(milliseconds / speed));
        return () => clearTimeout(timer);
      },
    };
    const { connectors, at, lines, controls } = await connected(
      { now, portals: [{ chargeMs: { "imconnector.send.messages": 40 }, matchByName: false }] },
      fast,
    );
    await connectors.attach(at, { id: "bot", url: "https://t.me/bot", name: "Bot" });
    const conversation = async (chat: string) => {
      for (let number = 0; number < 10; number += 1) {
        const outcome = await lines.deliverMessages({ ...at, chatId: chat }, [message(chat, number)], yes);
        expect(outcome).toMatchObject({ kind: "ok", value: [{ kind: "ok" }] });
      }
    };
    await Promise.all(Array.from({ length: 300 }, (_, index) => conversation(`c${index}`)));
    const requests = emulator.requests.entries({});
    expect(requests.filter((request) => request.status !== 200)).toEqual([]);
    expect(requests.length).toBeLessThan(130);
    for (const chat of controls.portal.chats.values()) {
      const own = controls.portal.chatMessages(chat).flatMap((one) => /^message (\d+)$/.exec(one.text)?.[1] ?? []);
      expect(own).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    }
    expect(controls.portal.chats.size).toBe(300);
  }, 30_000);
});

test("first contact is proved by a refresh with our secret, and by nothing else", async () => {
  const { controls, oauth, portal } = await start();
  const { refreshToken } = controls.issueTokens();
  const proved = await oauth.proveFirstContact(`${emulator.oauthUrl}/rest/`, refreshToken);
  expect(proved).toMatchObject({
    kind: "granted",
    grant: { memberId: portal, clientEndpoint: controls.portal.clientEndpoint, userId: "1" },
  });
  expect(await oauth.proveFirstContact(`${emulator.oauthUrl}/rest/`, "made-up")).toMatchObject({
    kind: "denied",
    code: "invalid_grant",
  });
  expect(await oauth.proveFirstContact("https://evil.example/rest/", refreshToken)).toMatchObject({
    kind: "denied",
    code: "foreign_server",
  });
});
