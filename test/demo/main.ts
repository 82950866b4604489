/**
 * `npm run demo`: the real server, an emulated portal and an emulated Telegram in one command, data in a scratch folder
 * that goes when it ends. `npm run demo -- --check` plays one conversation both ways without a person and exits 0.
 */
import { parseArgs } from "node:util";
import { World } from "../support/world/world.ts";
import { playConversation } from "./check.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

const world = await World.start(values.check ? {} : { env: { LOG_LEVEL: "warn" } });
try {
  await world.install();
  await world.connectTelegram();
  if (values.check) {
    await playConversation(world, (line) => console.log(`  ${line}`));
    console.log("The conversation went both ways.");
  } else {
    await serve();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await world.stop();
}

async function serve(): Promise<void> {
  console.log(`
Threadline is running.

  Portal            ${world.portal.oauthUrl.replace(/:\d+$/, "")}:${new URL(`http://${world.portal.portal().portal.address}`).port}/
  Threadline        ${world.web.url}/healthz
  Press Ctrl+C to stop; everything it kept is thrown away.
`);
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
}
