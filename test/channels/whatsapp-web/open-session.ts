import type { SessionHost } from "../../../src/channels/contract/sessions.ts";
import { createWhatsappWebAdapter } from "../../../src/channels/whatsapp-web/adapter.ts";
import { memoryOf, whatsappAccount } from "./account.ts";

/**
 * A process that holds one account in the real Chromium, for a test that kills it: `open-session.ts <folder> <pages>`. Prints
 * a line when the code is shown.
 */
const [, , folder = "", pages = ""] = process.argv;
const host: SessionHost = {
  accept: () => Promise.resolve(),
  state: ({ sentence }, prompt) => {
    process.stdout.write(prompt ? "shown\n" : "");
    if (!prompt) process.stderr.write(`${sentence}\n`);
  },
  profile: () => undefined,
  memory: memoryOf(new Map()),
};
createWhatsappWebAdapter({
  chromiumPath: process.env["CHROMIUM_PATH"],
  folder,
  parts: { page: { version: "2.3000.test", folder: pages } },
}).sessions?.open(whatsappAccount(), host);
