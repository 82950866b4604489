/**
 * People of a portal, for whom conversations may be given to. Departments and names are remembered for minutes, who is at
 * work for one. What the portal refuses (a scope that was not granted, working time that it does not keep) counts as
 * "nothing known", and nobody is absent for it.
 */
import { z } from "zod";
import type { Clock } from "./clock.ts";
import type { Department, People, PortalPerson, PortalWriter } from "./contract/people.ts";
import type { PortalCaller, PortalOutcome } from "./contract.ts";
import { unreadable } from "./open-lines.ts";
import { wireId } from "./wire-id.ts";

const REMEMBER_MS = 5 * 60_000;
const AT_WORK_MS = 60_000;
const PAGE = 50;
/** A portal with more pages than that is read so far. */
const MOST_PAGES = 20;

export function createPeople(caller: PortalCaller, clock: Clock): People {
  const remembered = new Map<string, { readonly until: number; readonly value: unknown }>();

  async function remember<T>(
    key: string,
    forMs: number,
    read: () => Promise<PortalOutcome<T>>,
  ): Promise<PortalOutcome<T>> {
    const known = remembered.get(key);
    if (known && known.until > clock.now()) return { kind: "ok", value: known.value as T };
    const outcome = await read();
    if (outcome.kind === "ok") remembered.set(key, { until: clock.now() + forMs, value: outcome.value });
    return outcome;
  }

  async function ask<T>(
    method: string,
    params: Record<string, unknown>,
    schema: z.ZodType<T>,
  ): Promise<PortalOutcome<T>> {
    const outcome = await caller.call({ method, params, effect: "read" });
    if (outcome.kind !== "ok") return outcome;
    const parsed = schema.safeParse(outcome.value);
    return parsed.success ? { kind: "ok", value: parsed.data } : unreadable(method);
  }

  async function everyPage<T>(
    read: (start: number) => Promise<PortalOutcome<readonly T[]>>,
  ): Promise<PortalOutcome<readonly T[]>> {
    const all: T[] = [];
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const outcome = await read(page * PAGE);
      if (outcome.kind !== "ok") return outcome;
      all.push(...outcome.value);
      if (outcome.value.length < PAGE) break;
    }
    return { kind: "ok", value: all };
  }

  const users = (filter: Record<string, unknown>) =>
    everyPage((start) => ask("user.get", { FILTER: filter, sort: "ID", order: "ASC", start }, usersResult));

  const listed = (ids: readonly string[]) =>
    remember(`people ${[...ids].toSorted().join(" ")}`, REMEMBER_MS, () => users({ ID: ids.map(wireId) }));

  const absenceOf = (id: string) =>
    remember(`absent ${id}`, AT_WORK_MS, async (): Promise<PortalOutcome<boolean | undefined>> => {
      const outcome = await ask("timeman.status", { USER_ID: wireId(id) }, statusResult);
      // Refused: the portal keeps no working time, or nobody let us ask.
      return outcome.kind === "refused" ? { kind: "ok", value: undefined } : outcome;
    });

  const people: People = {
    departments: () =>
      remember("departments", REMEMBER_MS, () =>
        everyPage((START) => ask("department.get", { sort: "SORT", order: "ASC", START }, departmentsResult)),
      ),

    async members(department) {
      const all = await people.departments();
      if (all.kind !== "ok") return all;
      const ids = withThoseBelow(department, all.value);
      return remember(`members ${department}`, REMEMBER_MS, async () => {
        const found = await users({ UF_DEPARTMENT: ids.map(wireId), ACTIVE: true });
        return found.kind === "ok" ? { kind: "ok", value: found.value.map((user) => user.id) } : found;
      });
    },

    async writersAmong(ids) {
      const asked = ids.slice(0, PAGE);
      if (asked.length === 0) return { kind: "ok", value: new Map() };
      const told = await ask("im.user.list.get", { ID: asked.map(wireId) }, writersResult);
      if (told.kind !== "refused") return told;
      const found = await listed(asked);
      if (found.kind !== "ok") return found;
      const names = new Map(found.value.map(({ id, name }) => [id, name]));
      const value = new Map(asked.map((id) => [id, { isPerson: names.has(id), ...named(names.get(id)) }]));
      return { kind: "ok", value };
    },

    async names(ids) {
      if (ids.length === 0) return { kind: "ok", value: new Map() };
      const found = await listed(ids);
      return found.kind === "ok"
        ? { kind: "ok", value: new Map(found.value.map(({ id, name }) => [id, name])) }
        : found;
    },

    async onLeave(ids) {
      if (ids.length === 0) return { kind: "ok", value: new Set() };
      return remember(`leave ${[...ids].toSorted().join(" ")}`, AT_WORK_MS, async () => {
        const away = new Set<string>();
        for (let from = 0; from < ids.length; from += PAGE) {
          const some = { ID: ids.slice(from, from + PAGE).map(wireId) };
          const outcome = await ask("im.user.list.get", some, leaveResult);
          // Refused: nobody let us ask.
          if (outcome.kind === "refused") break;
          if (outcome.kind !== "ok") return outcome;
          for (const one of outcome.value) away.add(one);
        }
        return { kind: "ok", value: away };
      });
    },

    async byEmail(addresses) {
      const wanted = [...new Set(addresses.map((one) => one.toLowerCase()))].toSorted().slice(0, PAGE);
      if (wanted.length === 0) return { kind: "ok", value: new Map() };
      const found = await remember(`emails ${wanted.join(" ")}`, REMEMBER_MS, () =>
        users({ "@EMAIL": wanted, ACTIVE: true }),
      );
      if (found.kind !== "ok") return found;
      const entries = found.value.flatMap(({ id, email }): [string, string][] =>
        email !== undefined && wanted.includes(email) ? [[email, id]] : [],
      );
      return { kind: "ok", value: new Map(entries) };
    },

    async profile(id) {
      const found = await listed([id]);
      if (found.kind !== "ok") return found;
      return { kind: "ok", value: found.value.find((one) => one.id === id) };
    },

    async list(ids) {
      if (ids.length === 0) return { kind: "ok", value: [] };
      const found = await remember(`there ${[...ids].toSorted().join(" ")}`, AT_WORK_MS, () =>
        users({ ID: ids.map(wireId) }),
      );
      if (found.kind !== "ok") return found;
      const absences = await Promise.all(found.value.map((user) => absenceOf(user.id)));
      return {
        kind: "ok",
        value: found.value.map(({ email: _email, ...user }, index): PortalPerson => {
          const absence = absences[index];
          const isAway = absence?.kind === "ok" ? absence.value : undefined;
          return { ...user, absent: isAway === true, ...(isAway !== undefined && { atWork: !isAway }) };
        }),
      };
    },
  };
  return people;
}

function withThoseBelow(department: string, all: readonly Department[]): readonly string[] {
  const found = [department];
  for (const id of found) for (const one of all) if (one.parent === id && !found.includes(one.id)) found.push(one.id);
  return found;
}

const id = z.union([z.string(), z.number()]).transform(String);
const usersResult = z.array(
  z
    .object({
      ID: id,
      NAME: z.string().nullish(),
      LAST_NAME: z.string().nullish(),
      ACTIVE: z.unknown().optional(),
      EMAIL: z.string().nullish().catch(undefined),
      IS_ONLINE: z.unknown(),
    })
    .transform((user) => ({
      id: user.ID,
      name: [user.NAME, user.LAST_NAME].filter(Boolean).join(" "),
      active: user.ACTIVE === undefined || user.ACTIVE === true || user.ACTIVE === "Y" || user.ACTIVE === "1",
      ...(user.EMAIL?.includes("@") === true && { email: user.EMAIL.trim().toLowerCase() }),
      ...((user.IS_ONLINE === "Y" || user.IS_ONLINE === "N") && { online: user.IS_ONLINE === "Y" }),
    })),
);
const departmentsResult = z.array(
  z.object({ ID: id, NAME: z.string().catch(""), PARENT: id.nullish() }).transform(
    ({ ID, NAME, PARENT }): Department => ({
      id: ID,
      name: NAME,
      ...(PARENT !== null && PARENT !== undefined && { parent: PARENT }),
    }),
  ),
);
const absence = z.object({ id, absent: z.unknown() }).nullable().catch(null);
const named = (name: string | undefined) => (name === undefined || name === "" ? {} : { name });
const writer = z
  .object({ id, name: z.string().optional().catch(undefined), bot: z.boolean(), connector: z.boolean().catch(false) })
  .nullable()
  .catch(null);
/** By their ids, or as a list; `null` for whom nobody knows. A customer of a line is neither a person of the portal nor a bot. */
const writersResult = z
  .union([z.array(writer), z.record(z.string(), writer).transform((all) => Object.values(all))])
  .transform((all): ReadonlyMap<string, PortalWriter> => {
    const writers = all.flatMap((one) => (one === null || one.connector ? [] : [one]));
    return new Map(writers.map((one) => [one.id, { isPerson: !one.bot, ...named(one.name) }]));
  });
/** By their ids, or as a list; `null` for whom nobody knows. `absent` is false, or when they are back. */
const leaveResult = z
  .union([z.array(absence), z.record(z.string(), absence).transform((all) => Object.values(all))])
  .transform((all) =>
    all.flatMap((one) => (one && typeof one.absent === "string" && one.absent !== "" ? [one.id] : [])),
  );
/** OPENED: at work. PAUSED: away for a moment. CLOSED and EXPIRED: the working day is over, or was not begun. */
const statusResult = z
  .object({ STATUS: z.string() })
  .transform(({ STATUS }) => STATUS === "CLOSED" || STATUS === "EXPIRED");
