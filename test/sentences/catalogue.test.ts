import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { presentChannel } from "../../handlers/api/present-channel.ts";
import { createChannels } from "../../src/channels/registry.ts";
import { createHub } from "../../src/channels/webchat/hub.ts";
import { createLocalBus } from "../../src/dispatch/bus.ts";
import { catalogueOf, translateAll } from "../../src/main/sentences.ts";
import { createMemoryPacer } from "../../src/pacing/memory.ts";
import { readPattern } from "../../src/sentences/pattern.ts";
import { collectSaid } from "../support/sentences/collect.ts";

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** What says nothing to the people of a portal, or says it in their languages by itself. */
const OUT = [
  // Schemas, for whoever reads `/openapi.json`.
  /^src\/api\//,
  // Told to the server's operator.
  /^src\/(config|inspect|log)\//,
  /^src\/portal\/manifest[.]ts$/,
  /^handlers\/(media|operations)[.]ts$/,
  // Told to foreign mail servers, which understand ASCII alone.
  /^src\/channels\/email\/bcc\/(answers|listener)[.]ts$/,
  // Told to other machines: the portal's events, vendors' webhooks, the scripts on customers' sites.
  /^handlers\/(events|channels|forms|message-providers|prove|robots|webchat)([.]ts$|\/)/,
  /^src\/channels\/form\/receive[.]ts$/,
  // They have the languages in themselves.
  /^src\/rules\/texts\//,
  /^src\/mail\/reading\/sign-texts[.]ts$/,
  /^src\/relay\/health-wording[.]ts$/,
  /^src\/relay\/robots\/texts[.]ts$/,
];
const isOut = (path: string) => OUT.some((pattern) => pattern.test(path));

const channels = createChannels({
  telegramApiUrl: "",
  viberApiUrl: "",
  whatsappCloudApiUrl: "",
  chromiumPath: undefined,
  whatsappFolder: "",
  hub: createHub(
    createLocalBus(() => undefined),
    "test",
  ),
  uploads: { open: () => Promise.resolve({ kind: "gone", sentence: "" }) },
  pacer: createMemoryPacer(),
});
const catalogue = catalogueOf(channels);
const keyOf = (parts: readonly string[]) => parts.join("\u0000");
const known = new Set(catalogue.map(({ en }) => keyOf(readPattern(en).parts)));
const said = collectSaid(root, ["src", "handlers"], isOut);
/** Why the application wants each permission: told where one is missing. */
const reasons = loadReasons();
const all = collectSaid(root, ["src", "handlers"], () => false);

/** Also without the space by which it is joined to another, and without a gap that begins or ends with a sentence of its own. */
function waysOf(parts: readonly string[]): string[] {
  const trimmed = [...parts];
  trimmed[0] = (trimmed[0] ?? "").trimStart();
  trimmed[trimmed.length - 1] = (trimmed.at(-1) ?? "").trimEnd();
  const alone = trimmed.length > 1 && trimmed.at(-1) === "" ? [trimmed.slice(0, -1)] : [];
  return [parts, trimmed, ...alone].map(keyOf);
}

function loadReasons(): readonly string[] {
  const manifest: unknown = JSON.parse(readFileSync(`${root}/app-manifest.json`, "utf8"));
  return z
    .object({ scopes: z.array(z.object({ why: z.string() })) })
    .parse(manifest)
    .scopes.map(({ why }) => why);
}

describe("every sentence that people read", () => {
  it("stands in a catalogue", () => {
    const missing = said.sentences.filter(({ parts }) => !waysOf(parts).some((way) => known.has(way)));
    expect(reasons.filter((why) => !known.has(why))).toEqual([]);
    expect(missing.map(({ at, parts }) => `${at}: ${parts.join("{…}")}`)).toEqual([]);
  });
});

describe("a channel", () => {
  it("tells its name, and why nothing can be sent, in the reader's language", () => {
    const form = channels.get("form");
    const russian = form && presentChannel(form, "ru", (sentence) => translateAll(channels)(sentence, "ru"));
    expect(russian).toMatchObject({ title: "Форма на сайте" });
    expect(russian?.capabilities.oneWay).toMatch(/^На заявку из формы сайта нельзя ответить там же/);
  });
});

describe("every entry of a catalogue", () => {
  it("is a channel's title where that is words", () => {
    const words = [...channels.values()].map(({ title }) => title).filter((title) => !known.has(title));
    expect(words).toEqual(["Telegram", "Viber", "WhatsApp", "WhatsApp Business"]);
  });

  it("is said somewhere", () => {
    const used = new Set([...reasons, ...all.strings.flatMap(({ parts }) => waysOf(parts))]);
    const unused = catalogue.filter(({ en }) => !used.has(keyOf(readPattern(en).parts)));
    expect(unused.map(({ en }) => en)).toEqual([]);
  });

  it("stands there once", () => {
    const keys = catalogue.map(({ en }) => keyOf(readPattern(en).parts));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it("has the same gaps in every language, and words", () => {
    for (const words of catalogue) {
      const [en, ...others] = [words.en, words.ru, words.es].map((text) =>
        readPattern(text).gaps.map(({ name }) => name),
      );
      for (const other of others) expect([...other].sort(), words.en).toEqual([...(en ?? [])].sort());
      for (const text of [words.ru, words.es]) expect(text, words.en).not.toBe("");
    }
  });

  it("has no gap whose end cannot be seen", () => {
    for (const { en } of catalogue) {
      const { parts } = readPattern(en);
      expect(parts.slice(1, -1), en).not.toContain("");
      expect(parts.join("").trim().length, en).toBeGreaterThan(1);
    }
  });
});
