import { afterEach, describe, expect, it, vi } from "vitest";
import { createDuties } from "../../../src/channels/whatsapp-web/duties.ts";
import { plainText } from "../../../src/domain/rich-text.ts";
import { outgoing } from "../../contract/channel-harness.ts";
import { CUSTOMER } from "./account.ts";
import { QUICK, type Setup, type SetupOptions, setUp } from "./harness.ts";

const OPEN = "could not be written down yet";
const profileKeys = ({ host }: Setup) => [...host.store.keys()].filter((key) => key.startsWith("profile"));
const sentence = ({ host }: Setup) => host.states.at(-1)?.state.sentence ?? "";

describe("what a linked account must not forget, while the store is down", () => {
  const setups: Setup[] = [];
  const start = async (options: SetupOptions = {}): Promise<Setup> => {
    const setup = await setUp(options);
    setups.push(setup);
    return setup;
  };
  /** Signed in with a kept profile, as after a restart. */
  const restarted = async (options: SetupOptions = {}): Promise<Setup> => {
    const setup = await start(options);
    await setup.session.close();
    setup.reopen();
    await setup.host.reached("connected");
    return setup;
  };
  afterEach(async () => {
    for (const setup of setups.splice(0)) {
      setup.host.storeDown = false;
      await setup.close();
    }
  });

  it("the stop at a restriction: told as open, written when the store is back, and kept over a restart", async () => {
    const setup = await start();
    setup.host.storeDown = true;
    setup.cloud.setState("TOS_BLOCK");
    await setup.host.reached("failed");
    expect(sentence(setup)).toContain(OPEN);
    expect(setup.host.store.has("restricted")).toBe(false);
    setup.host.storeDown = false;
    await vi.waitFor(() => expect(sentence(setup)).not.toContain(OPEN), { timeout: 10_000 });
    expect(setup.host.now()).toBe("failed");
    expect(setup.host.store.has("restricted")).toBe(true);
    const starts = setup.cloud.starts();
    await setup.session.close();
    setup.reopen();
    await setup.host.reached("failed");
    expect(setup.cloud.starts()).toBe(starts);
  });

  it("the stop is written at the latest when the account is let go of", async () => {
    const setup = await start({ parts: { times: { ...QUICK, retryMs: 60_000 } } });
    setup.host.storeDown = true;
    setup.cloud.emit("disconnected", "SMB_TOS_BLOCK");
    await setup.host.reached("failed");
    setup.host.storeDown = false;
    expect(setup.host.store.has("restricted")).toBe(false);
    await setup.session.close();
    expect(setup.host.store.has("restricted")).toBe(true);
  });

  it("wiping the profile of a device that was unlinked", async () => {
    const setup = await restarted();
    expect(profileKeys(setup).length).toBeGreaterThan(1);
    setup.host.storeDown = true;
    setup.cloud.unlink();
    await setup.host.reached("logged-out");
    expect(sentence(setup)).toContain(OPEN);
    expect(profileKeys(setup).length).toBeGreaterThan(1);
    setup.host.storeDown = false;
    await vi.waitFor(() => expect(sentence(setup)).not.toContain(OPEN), { timeout: 10_000 });
    expect(profileKeys(setup)).toEqual([]);
  });

  it("that it is linked: no new code is shown, and it starts as soon as the store can be asked", async () => {
    const setup = await start();
    await setup.session.close();
    setup.reopen({ storeDown: true });
    await setup.host.reached("transient-disconnect");
    expect(sentence(setup)).toContain("tell the operator");
    setup.host.storeDown = false;
    await setup.host.reached("connected");
    expect(setup.host.states.some(({ prompt }) => prompt)).toBe(false);
  });

  it("whether a person may be written to: nothing is sent, and it is tried again", async () => {
    const setup = await start();
    await setup.news(() => setup.cloud.write(CUSTOMER.pn, { text: "hello" }));
    setup.host.storeDown = true;
    const message = outgoing(CUSTOMER.pn, { body: plainText("hi"), attachments: [] });
    expect(await setup.session.send(message, "k")).toMatchObject({ kind: "retry" });
    expect(await setup.session.findPerson?.({ phone: "+4915112345678" })).toMatchObject({ kind: "unknown" });
    setup.host.storeDown = false;
    expect(await setup.session.send(message, "k")).toMatchObject({ kind: "sent" });
    expect(setup.cloud.sentTo(CUSTOMER.pn)).toHaveLength(1);
  });
});

describe("duties", () => {
  it("keep the newest work of a name, and say when all are done", async () => {
    const done: string[] = [];
    let down = true;
    const settled = vi.fn();
    const duties = createDuties(1, settled);
    const work = (name: string) => async () => {
      await Promise.resolve();
      if (down) throw new Error("down");
      done.push(name);
    };
    await duties.add("stop", work("old"));
    await duties.add("stop", work("new"));
    expect(duties.isOpen()).toBe(true);
    down = false;
    await vi.waitFor(() => expect(settled).toHaveBeenCalledOnce());
    expect(done).toEqual(["new"]);
    expect(duties.isOpen()).toBe(false);
  });

  it("are tried once more at the end, and then left", async () => {
    const work = vi.fn(() => Promise.reject(new Error("down")));
    const duties = createDuties(60_000, () => undefined);
    await duties.add("stop", work);
    await duties.close();
    expect(work).toHaveBeenCalledTimes(2);
    expect(duties.isOpen()).toBe(true);
  });
});
