/**
 * `npm run demo`: the real server, an emulated portal, an emulated Telegram and a shop with web chat and form in one
 * command, data in a scratch folder that goes when it ends. `npm run demo -- --check` plays a conversation of each channel both
 * ways without a person and exits 0; `-- --screenshots <folder>` takes the pictures of the README, of
 * `docs/connecting.md` and of `docs/agents.md`.
 */
import { parseArgs } from "node:util";
import { playConversations } from "./check.ts";
import { Demo } from "./demo.ts";
import { seed } from "./seed.ts";

const { values } = parseArgs({
  options: { check: { type: "boolean", default: false }, screenshots: { type: "string" } },
});

try {
  const demo = await Demo.start({ logLevel: values.check ? "info" : "warn" });
  try {
    if (values.check) await check(demo);
    else if (values.screenshots !== undefined) await photograph(demo, values.screenshots);
    else await serve(demo);
  } finally {
    await demo.stop();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function check(demo: Demo): Promise<void> {
  await playConversations(demo, (line) => console.log(`  ${line}`));
  console.log("The conversations went both ways.");
}

async function photograph(demo: Demo, folder: string): Promise<void> {
  const { takeScreenshots } = await import("./screenshots.ts");
  const { showAgents } = await import("./agents-pictures.ts");
  const { showConnecting } = await import("./connecting.ts");
  await seed(demo);
  await takeScreenshots(demo, folder);
  await showAgents(demo, folder);
  await showConnecting(folder);
}

async function serve(demo: Demo): Promise<void> {
  await seed(demo);
  console.log(`
Threadline is running. Open these side by side:

  Start page               ${demo.front.url}/
  Portal                   ${demo.portalUrl}
  Customer's phone         ${demo.phoneUrl}
  Shop with chat and form  ${demo.shopUrl}

  Everything is invented and kept in memory. Press Ctrl+C to stop.
`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}
