import { afterAll, beforeAll, expect, it } from "vitest";
import type { portalId } from "../../../src/domain/ids.ts";
import { createLogger } from "../../../src/log/log.ts";
import { createRules } from "../../../src/relay/crm/rulesets.ts";
import type { Store } from "../../../src/store/contract.ts";
import { place } from "../../contract/store-fixtures.ts";
import { freshStore } from "../../support/store/fresh-store.ts";

/** A saved ruleset acts everywhere within seconds: each process remembers for itself, by a clock of its own. */
let store: Store;
beforeAll(async () => {
  store = await freshStore({ secretKey: "k".repeat(32), log: createLogger("silent") });
});
afterAll(() => store.close());

const save = (portal: ReturnType<typeof portalId>, country: string, basedOn: number) =>
  store.rulesets.save(portal, { content: { identity: { defaultCountry: country } }, basedOn, by: "1", note: "" });

it("acts at once where it was saved, and within three seconds elsewhere", async () => {
  const { portal } = await place(store);
  let now = 1_000_000;
  const clock = () => new Date(now);
  const [here, there] = [createRules(store, clock), createRules(store, clock)];
  const countries = async () =>
    (await Promise.all([here.of(portal), there.of(portal)])).map(
      ({ version, ruleset }) => `${version} ${ruleset.identity.defaultCountry}`,
    );
  expect(await countries()).toEqual(["0 RU", "0 RU"]);

  await save(portal, "ES", 0);
  here.forget(portal);
  now += 2_999;
  expect(await countries()).toEqual(["1 ES", "0 RU"]);
  now += 2;
  expect(await countries()).toEqual(["1 ES", "1 ES"]);
});

it("is asked for once in those seconds, and stays the same object while it is the same version", async () => {
  const { portal } = await place(store);
  await save(portal, "DE", 0);
  let asked = 0;
  let now = 1_000_000;
  const counted = {
    rulesets: {
      ...store.rulesets,
      current: (id: Parameters<Store["rulesets"]["current"]>[0]) => {
        asked += 1;
        return store.rulesets.current(id);
      },
    },
  };
  const rules = createRules(counted, () => new Date(now));
  const first = await rules.of(portal);
  for (let message = 0; message < 5; message += 1) await rules.of(portal);
  expect(asked).toBe(1);
  now += 3_001;
  expect((await rules.of(portal)).ruleset).toBe(first.ruleset);
  expect(asked).toBe(2);
});

it("is the portal's own", async () => {
  const [one, other] = [await place(store), await place(store)];
  await save(one.portal, "FR", 0);
  const rules = createRules(store, () => new Date());
  expect((await rules.of(one.portal)).ruleset.identity.defaultCountry).toBe("FR");
  expect((await rules.of(other.portal)).version).toBe(0);
});
