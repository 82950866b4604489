import type { PortalUser } from "../model.ts";
import { answer, answerPage, type RestResult, refuse } from "../rest-result.ts";
import { asInteger, asList, asRecord, asText, type Fields, isoDate } from "../values.ts";
import type { MethodFamily } from "./context.ts";

const pageSize = 50;

/** user_basic shows contact data, user_brief none. */
function userFields(user: PortalUser, scope: readonly string[]): Fields {
  return {
    ID: String(user.id),
    ACTIVE: user.active,
    NAME: user.name,
    LAST_NAME: user.lastName,
    ...(scope.includes("user") || scope.includes("user_basic")
      ? { EMAIL: user.email, PERSONAL_MOBILE: user.phone }
      : {}),
    IS_ONLINE: user.offline === true ? "N" : "Y",
    PERSONAL_GENDER: user.gender ?? "",
    WORK_POSITION: user.admin ? "Administrator" : "",
    UF_DEPARTMENT: user.extranet ? [] : (user.departments ?? [1]),
    USER_TYPE: user.extranet ? "extranet" : "employee",
  };
}

function matches(fields: Fields, filter: Fields): boolean {
  return Object.entries(filter).every(([rawName, wanted]) => {
    const name = rawName.replace(/^[@=%]+/, "");
    const value = fields[name];
    const candidates = asList(wanted) ?? [wanted];
    if (name === "ACTIVE")
      return candidates.some(
        (candidate) => (candidate === true || ["1", "Y", "true"].includes(asText(candidate))) === value,
      );
    const values = asList(value) ?? [value];
    return candidates.some((candidate) => values.some((one) => asText(candidate) === asText(one)));
  });
}

/** Over names, position and department at once, by the beginning of each word looked for, upper and lower case alike. */
function findable(user: PortalUser, words: string): boolean {
  const own = `${user.name} ${user.lastName} ${user.admin ? "Administrator" : ""}`.toLowerCase().split(/\s+/);
  return words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .every((word) => own.some((part) => part.startsWith(word)));
}

function page(found: readonly Fields[], parameters: Fields): RestResult {
  const start = Math.max(0, asInteger(parameters.start) ?? 0);
  const next = start + pageSize < found.length ? start + pageSize : undefined;
  return answerPage(found.slice(start, start + pageSize), found.length, next);
}

export const userMethods: MethodFamily = {
  profile: {
    handler: ({ user }) =>
      answer({
        ID: String(user.id),
        ADMIN: user.admin,
        NAME: user.name,
        LAST_NAME: user.lastName,
        PERSONAL_GENDER: user.gender ?? "",
        TIME_ZONE: "",
      }),
  },
  "user.current": { handler: ({ user, token }) => answer(userFields(user, token.scope)) },
  "user.admin": { handler: ({ user }) => answer(user.admin) },
  "department.get": {
    handler: ({ portal }, parameters) => {
      const rows = portal.departments.map(({ id, name, parent }) => ({
        ID: String(id),
        NAME: name,
        SORT: 500,
        ...(parent === undefined ? {} : { PARENT: String(parent) }),
      }));
      const start = Math.max(0, asInteger(parameters.START) ?? 0);
      const next = start + pageSize < rows.length ? start + pageSize : undefined;
      return answerPage(rows.slice(start, start + pageSize), rows.length, next);
    },
  },
  /** By the asked ids; `null` for those that are not there. */
  "im.user.list.get": {
    handler: ({ portal }, parameters) => {
      const asked = asList(parameters.ID);
      if (asked === undefined) return refuse(400, "INVALID_FORMAT", "A wrong format for the ID field is passed");
      const told = asked.map((one) => {
        const found = portal.users.get(asInteger(one) ?? 0);
        const name = found && `${found.name} ${found.lastName}`.trim();
        const absent = found?.absentUntil === undefined ? false : isoDate(found.absentUntil.getTime());
        const isBot = found?.kind === "bot";
        const kinds = { bot: isBot, connector: found?.kind === "connector", type: isBot ? "bot" : "user" };
        return [asText(one), found ? { id: found.id, name, active: found.active, absent, ...kinds } : null] as const;
      });
      return answer(Object.fromEntries(told));
    },
  },
  "timeman.status": {
    handler: ({ portal, user }, parameters) => {
      const asked = asInteger(parameters.USER_ID) ?? user.id;
      const found = portal.employees().find((one) => one.id === asked);
      if (found === undefined) return refuse(400, "", "User not found");
      return answer({ STATUS: found.workday ?? "OPENED", TIME_START: null, TIME_FINISH: null, ACTIVE: true });
    },
  },
  "user.get": {
    handler: ({ portal, token }, parameters) => {
      const filter = asRecord(parameters.FILTER);
      const found = portal
        .employees()
        .map((user) => userFields(user, token.scope))
        .filter((fields) => matches(fields, filter));
      return page(found, parameters);
    },
  },
  /** Documentation: FIND alone, or one or more of the other fields. */
  "user.search": {
    handler: ({ portal, token }, parameters) => {
      const { FIND: words, ...filter } = asRecord(parameters.FILTER);
      const found = portal
        .employees()
        .filter((user) => words === undefined || findable(user, asText(words)))
        .map((user) => userFields(user, token.scope))
        .filter((fields) => words !== undefined || matches(fields, filter));
      return page(found, parameters);
    },
  },
};
