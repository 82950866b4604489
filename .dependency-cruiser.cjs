/**
 * Who may import whom, as a failing check. Only `src/main.ts` with its parts in `src/main/` knows every concrete class;
 * tests may import anything.
 * `test/tools/boundaries.test.ts` breaks each rule once and fails when a rule no longer bites or has no case there.
 */

/** Matches an npm package wherever its folder is (the proof runs in a scratch tree with packages of its own). */
const npm = (...names) => names.map((name) => `(^|/)node_modules/${name}/`);

const channelContract = "^src/channels/contract([.]ts$|/)";
const contracts = "^src/(channels|portal|store|dispatch|media)/contract([.]ts$|/)";
const product = "^(src|handlers|placements)/";
const main = "^src/main([.]ts$|/)";

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "domain-imports-nothing",
      comment: "Nouns, branded ids and outcomes stand alone: everything else may depend on them.",
      severity: "error",
      from: { path: "^src/domain/" },
      to: { pathNot: "^src/domain/" },
    },
    {
      name: "rules-see-domain-only",
      comment:
        "Rules are pure and replayable. zod is let in (a ruleset's schema is part of what the rules are), and what " +
        "computes without effects: templates, linear regular expressions, dates, numbering plans, the list of domains.",
      severity: "error",
      from: { path: "^src/rules/" },
      to: {
        pathNot: [
          "^src/(rules|domain)/",
          ...npm("zod", "liquidjs", "re2js", "luxon", "libphonenumber-js", "linkifyjs"),
        ],
      },
    },
    {
      name: "contracts-see-domain-only",
      comment: "A contract that names an implementation's type is none.",
      severity: "error",
      from: { path: contracts },
      to: { path: "^(src|handlers)/", pathNot: ["^src/domain/", contracts] },
    },
    {
      name: "channel-sees-its-contract-only",
      comment:
        "A channel is a folder that can be thrown away: it never meets the portal, the store or another channel. Reading " +
        "and writing mails is pure, and let in like a library.",
      severity: "error",
      from: { path: "^src/channels/([^/]+)/", pathNot: ["^src/channels/shared/", channelContract] },
      to: {
        path: "^(src|handlers)/",
        pathNot: [
          "^src/domain/",
          channelContract,
          "^src/channels/shared/",
          "^src/channels/$1/",
          "^src/mail/(reading|writing)/",
        ],
      },
    },
    {
      name: "channels-shared-sees-no-channel",
      comment: "What channels share knows none of them.",
      severity: "error",
      from: { path: "^src/channels/shared/" },
      to: {
        path: "^(src|handlers)/",
        pathNot: ["^src/domain/", channelContract, "^src/channels/shared/"],
      },
    },
    {
      name: "registry-lists-channels-only",
      comment: "The registry is a bare list.",
      severity: "error",
      from: { path: "^src/channels/registry[.]ts$" },
      to: { path: "^(src|handlers)/", pathNot: ["^src/domain/", "^src/channels/"] },
    },
    {
      name: "sentences-see-domain-only",
      comment: "Translating is pure; catalogues are words. Each channel's own stands in its folder.",
      severity: "error",
      from: { path: "^src/sentences/" },
      to: { pathNot: "^src/(sentences|domain)/" },
    },
    {
      name: "mail-sees-domain-only",
      comment:
        "Reading and threading mails is pure: bytes and words in, facts out. Libraries that compute are let in, and the one " +
        "form of an address that the rules have.",
      severity: "error",
      from: { path: "^src/mail/" },
      to: { path: "^(src|handlers)/", pathNot: "^src/(mail|domain|rules/contacts)/" },
    },
    {
      name: "relay-sees-contracts-only",
      comment: "The pipelines work with any store, dispatcher, portal and channel: fakes included.",
      severity: "error",
      from: { path: "^src/relay/" },
      to: { path: "^(src|handlers)/", pathNot: ["^src/(relay|domain|rules|mail|log)/", contracts] },
    },
    {
      name: "relay-is-handed-its-log",
      comment: "The pipelines name the types of a logger and of metrics; `src/main/` makes the real ones.",
      severity: "error",
      from: { path: "^src/relay/" },
      to: { path: "^src/log/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "pacing-sees-its-contract-only",
      comment: "A pacer keeps vendors' limits for channels; it knows neither.",
      severity: "error",
      from: { path: "^src/pacing/" },
      to: {
        path: "^(src|handlers)/",
        pathNot: ["^src/domain/", channelContract, "^src/pacing/"],
      },
    },
    {
      name: "implementations-meet-in-main-only",
      comment: "Portal, store, dispatch, media and log know each other's contracts, never each other's classes.",
      severity: "error",
      from: { path: "^src/(portal|store|dispatch|media|log)/" },
      to: {
        path: "^(src/(portal|store|dispatch|media|relay|rules|channels|server)|handlers)/",
        pathNot: ["^src/$1/", contracts],
      },
    },
    {
      name: "handlers-see-no-store",
      comment: "Entry points are thin: they may name the store's contract, never SQL.",
      severity: "error",
      from: { path: "^handlers/" },
      to: { path: "^src/store/", pathNot: "^src/store/contract([.]ts$|/)" },
    },
    {
      name: "handlers-see-no-channel-inside",
      comment: "A new channel must not need a new handler.",
      severity: "error",
      from: { path: "^handlers/" },
      to: { path: "^src/channels/", pathNot: channelContract },
    },
    {
      name: "placements-see-api-types-only",
      comment: "Pages talk HTTP.",
      severity: "error",
      from: { path: "^placements/" },
      to: { path: "^(src|handlers|test|bench|tools)/", pathNot: "^src/api/" },
    },
    {
      name: "placements-take-types-not-code",
      comment: "Not even code of the API's types may land in a page's bundle.",
      severity: "error",
      from: { path: "^placements/" },
      to: { path: "^src/api/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "api-types-are-for-pages",
      comment: "What pages see of us carries nothing but the domain's words.",
      severity: "error",
      from: { path: "^src/api/" },
      to: { path: "^(src|handlers|placements)/", pathNot: "^src/(api|domain|rules)/" },
    },
    {
      name: "sql-in-store-only",
      comment: "One place with SQL.",
      severity: "error",
      from: { path: product, pathNot: ["^src/store/", main] },
      to: { path: npm("kysely", "pg", "@types/pg", "@electric-sql/pglite") },
    },
    {
      name: "redis-in-dispatch-and-limiters-only",
      comment: "Losing Redis may cost time and no message, so few places may lean on it.",
      severity: "error",
      from: {
        path: product,
        pathNot: ["^src/dispatch/", "^src/portal/limiter", "^src/(pacing/redis|server/counts)[.]ts$", main],
      },
      to: { path: npm("ioredis", "bullmq") },
    },
    {
      name: "portal-sdk-in-portal-only",
      comment: "The SDK's own retries and limiter are switched off in one place; nobody may go around it.",
      severity: "error",
      from: { path: product, pathNot: ["^src/portal/", "^placements/"] },
      to: { path: npm("@bitrix24/b24jssdk") },
    },
    {
      name: "main-is-the-top",
      comment: "Only tests, benchmarks and tools start the whole application.",
      severity: "error",
      from: { path: product, pathNot: main },
      to: { path: main },
    },
    {
      name: "src-sees-no-handlers",
      comment: "Handlers are entry points; only `src/main/` hangs them on the server.",
      severity: "error",
      from: { path: "^src/", pathNot: main },
      to: { path: "^(handlers|placements)/" },
    },
    {
      name: "product-sees-no-test",
      comment: "Nothing that ships depends on what does not ship.",
      severity: "error",
      from: { path: product },
      to: { path: "^(test|bench|tools)/" },
    },
    {
      name: "server-sees-no-dev-dependency",
      comment: "The image is installed without devDependencies.",
      severity: "error",
      from: { path: "^(src|handlers)/" },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-cycles",
      comment: "A cycle means that two files are one.",
      severity: "error",
      from: { path: "^(src|handlers|placements|test|bench|tools)/" },
      to: { circular: true },
    },
    {
      name: "no-unresolved",
      comment: "An import that leads nowhere escapes every other rule.",
      severity: "error",
      from: { path: "^(src|handlers|placements|test|bench|tools)/" },
      to: { couldNotResolve: true, pathNot: "^virtual:" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|data|tools/fixtures)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${__dirname}/tsconfig.json` },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
      extensions: [".ts", ".vue", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
    },
    skipAnalysisNotInRules: true,
  },
};
