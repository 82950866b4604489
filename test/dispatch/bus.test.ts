import { expect, test } from "vitest";
import { createLocalBus } from "../../src/dispatch/bus.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a notice reaches every listener of its topic, and none after stopping", async () => {
  const bus = createLocalBus(() => undefined);
  const heard: string[] = [];
  const stop = bus.subscribe("a", (notice) => heard.push(`1 ${notice}`));
  bus.subscribe("a", (notice) => heard.push(`2 ${notice}`));
  bus.subscribe("b", (notice) => heard.push(`b ${notice}`));
  bus.publish("a", "x");
  expect(heard).toEqual([]);
  await settled();
  expect(heard).toEqual(["1 x", "2 x"]);
  stop();
  bus.publish("a", "y");
  await settled();
  expect(heard).toEqual(["1 x", "2 x", "2 y"]);
  await bus.close();
  bus.publish("a", "z");
  await settled();
  expect(heard).toHaveLength(3);
});

test("a listener that throws is reported and silences neither the others nor the publisher", async () => {
  const errors: unknown[] = [];
  const bus = createLocalBus((error) => errors.push(error));
  const heard: string[] = [];
  bus.subscribe("a", () => {
    throw new Error("broken");
  });
  bus.subscribe("a", (notice) => heard.push(notice));
  bus.publish("a", "x");
  await settled();
  expect(heard).toEqual(["x"]);
  expect(errors).toHaveLength(1);
});
