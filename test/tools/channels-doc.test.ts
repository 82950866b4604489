import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHANNELS_DOC, channelsDocument, describedChannels } from "../../tools/channels-doc.ts";

test("docs/channels.md says what the adapters say (run `npm run docs:channels` after a change)", () => {
  expect(readFileSync(CHANNELS_DOC, "utf8")).toBe(channelsDocument(describedChannels()));
});

test("a change of an adapter's data shows in the page", () => {
  const [first, ...others] = describedChannels();
  if (!first) throw new Error("there are no channels");
  const { parts } = first.capabilities;
  const changed = {
    ...first,
    capabilities: {
      ...first.capabilities,
      parts: { ...parts, voice: { in: "full", out: { degraded: "as a | file" } } },
    },
  } as const;
  const page = channelsDocument([changed, ...others]);
  expect(page).not.toBe(channelsDocument([first, ...others]));
  expect(page).toContain("| Voice | yes | as a \\| file |");
});
