/**
 * Writes `docs/channels.md` from what the adapters say of themselves: `npm run docs:channels`. A unit test fails while
 * the committed file is another one, so the page cannot say what the code does not.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Capabilities, MessagePart, Support } from "../src/channels/contract/capabilities.ts";
import type { ChannelAdapter } from "../src/channels/contract.ts";
import { createChannels } from "../src/channels/registry.ts";

export const CHANNELS_DOC = fileURLToPath(new URL("../docs/channels.md", import.meta.url));

/** Rows in the order in which people think of them; the type sees to it that none is missing. */
const PARTS: Readonly<Record<MessagePart, string>> = {
  formatting: "Formatting",
  photo: "Photo",
  video: "Video",
  voice: "Voice",
  file: "File",
  album: "Album",
  sticker: "Sticker",
  location: "Location",
  contact: "Contact card",
  quote: "Quoted reply",
  reaction: "Reaction",
  edit: "Edit",
  delete: "Delete",
  forwarded: "Forwarded mark",
  buttons: "Buttons",
  template: "Approved template",
  notice: "System line",
};

/** Every adapter there is, with an outside that is never called: describing itself is all that it does here. */
export function describedChannels(): readonly ChannelAdapter[] {
  const nowhere = "http://127.0.0.1:9";
  const nothing = () => Promise.resolve();
  const channels = createChannels({
    telegramApiUrl: nowhere,
    viberApiUrl: nowhere,
    chromiumPath: "",
    whatsappFolder: "",
    whatsappCloudApiUrl: nowhere,
    hub: { notify: () => undefined },
    uploads: { open: () => Promise.resolve({ kind: "gone", sentence: "There are no files here." }) },
    pacer: { turn: nothing, pause: nothing, spend: nothing, renew: nothing },
  });
  return [...channels.values()];
}

export function channelsDocument(channels: readonly ChannelAdapter[]): string {
  return `${[
    "# Channels",
    "",
    "Made from the adapters by `npm run docs:channels`; do not edit it by hand.",
    "",
    "**in**: from the customer to the agent, **out**: from the agent to the customer. Yes: full. —: impossible; an agent who",
    "tries is told so before anything leaves. Words: it arrives in another form, in which one they say.",
    "",
    "## At a glance",
    "",
    ...table(
      ["Channel", "Write first", "CRM's “send message”", "Reply window", "Receipts", "Typing", "Groups", "Templates"],
      channels.map(({ title, capabilities: can }) => [
        title,
        yes(can.mayWriteFirst),
        yes(can.mayWriteFirst && can.byPhone === true),
        can.replyWindowHours === undefined ? "no limit" : `${can.replyWindowHours} h`,
        can.receipts === "none" ? "—" : can.receipts,
        yes(can.typing),
        yes(can.groups),
        yes(can.templates),
      ]),
    ),
    "",
    "## Limits",
    "",
    ...table(
      ["Channel", "Text", "Under a file", "Largest files"],
      channels.map(({ title, capabilities: can }) => [
        title,
        `${can.textLimit} characters`,
        `${can.captionLimit} characters`,
        filesOf(can),
      ]),
    ),
    "",
    "Longer texts are split at sentence ends.",
    ...channels.flatMap(({ title, capabilities }) => [
      "",
      `## ${title}`,
      "",
      ...table(
        ["Part", "in", "out"],
        Object.entries(PARTS).map(([part, name]) => {
          const { in: inward, out } = capabilities.parts[part as MessagePart];
          return [name, words(inward), words(out)];
        }),
      ),
    ]),
  ].join("\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|").replace(/\s+/g, " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

const yes = (can: boolean): string => (can ? "yes" : "—");

function words(support: Support): string {
  if (support === "full") return "yes";
  return support === "impossible" ? "—" : support.degraded;
}

/** Kinds of one size together: most vendors have one limit for all. */
function filesOf({ attachments }: Capabilities): string {
  const bySize = new Map<number, string[]>();
  for (const [kind, { maxBytes }] of Object.entries(attachments))
    bySize.set(maxBytes, [...(bySize.get(maxBytes) ?? []), kind]);
  if (bySize.size === 0) return "—";
  return [...bySize]
    .sort(([one], [other]) => other - one)
    .map(([bytes, kinds]) => `${size(bytes)} (${kinds.join(", ")})`)
    .join("; ");
}

function size(bytes: number): string {
  const megabytes = bytes / 1024 / 1024;
  return megabytes >= 1 ? `${Math.round(megabytes * 10) / 10} MB` : `${Math.round(bytes / 1024)} KB`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(CHANNELS_DOC, channelsDocument(describedChannels()));
