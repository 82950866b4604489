/** What the portal's own mail reads, over REST 3.0 as the emulator plays it. */
import { afterEach, expect, test } from "vitest";
import { createOwnMail } from "../../src/portal/own-mail.ts";
import type { PortalEmulator } from "../emulators/portal/emulator.ts";
import { startInstalled } from "./support/installed.ts";

let emulator: PortalEmulator;
afterEach(() => emulator.stop());

async function start(scope: string[]) {
  const world = await startInstalled({ applications: [{ scope }] });
  emulator = world.emulator;
  const { mailboxes } = world.controls.portal;
  mailboxes.push({ userId: 1, email: "Sales@shop.example" }, { userId: 7, email: "boris@shop.example" });
  return createOwnMail(world.directory.caller(world.portal));
}

test("a mailbox of the one who asks is found by its whole address, in any case", async () => {
  const mail = await start(["crm", "mail"]);
  expect(await mail.reads("sales@SHOP.example")).toEqual({ kind: "ok", value: true });
  expect(await mail.reads("ales@shop.example")).toEqual({ kind: "ok", value: false });
  expect(await mail.reads("boris@shop.example")).toEqual({ kind: "ok", value: false });
});

test("the portal says no where the application may not know", async () => {
  const mail = await start(["crm"]);
  expect(await mail.reads("sales@shop.example")).toMatchObject({ kind: "refused" });
});
