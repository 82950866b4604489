import { z } from "zod";

/**
 * Environment -> typed configuration, parsed once at start. A bad value stops the start with the name of the variable:
 * a server that guesses what its operator meant fails later and worse.
 */
export interface Config {
  readonly role: "web" | "worker" | "all" | "migrate";
  readonly port: number;
  /** Origin that the portal, vendors and browsers reach us at; no trailing slash. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Absent only with a data folder of our own, where one is made and kept. */
  readonly secretKey?: string;
  readonly b24: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly oauthUrl: string;
    /** Tests only: portals and authorization server over http on loopback. */
    readonly allowHttp: boolean;
    /** Hosts of on-premise portals that may be at private addresses. */
    readonly privateHosts: readonly string[];
    /** How often portals may be asked: so many at once, so many a second; by default what the platform allows every tariff. */
    readonly rate?: { readonly burst: number; readonly perSecond: number };
  };
  /** Mail servers that may be at private addresses, and be spoken to without encryption. */
  readonly mailPrivateHosts: readonly string[];
  /** Takes copies of employees' letters by SMTP; absent: it does not. */
  readonly bcc?: BccConfig;
  /** This server's applications at Google and Microsoft, where mailboxes are signed in. */
  readonly mailVendors: { readonly google?: OAuthApplication; readonly microsoft?: OAuthApplication };
  readonly telegramApiUrl: string;
  readonly viberApiUrl: string;
  /** This server's application at my.telegram.org; absent: no personal Telegram accounts. */
  readonly telegramApp?: { readonly apiId: number; readonly apiHash: string };
  /** The browser for WhatsApp as a linked device; absent, that channel stays off. */
  readonly chromiumPath?: string;
  readonly whatsappCloudApiUrl: string;
  /** How what agents write on our own pages gets into the lines; see `docs/decisions/0018-one-voice-in-the-line.md`. */
  readonly lineVoice: "connector" | "messenger";
  readonly logLevel: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  readonly metricsToken?: string;
}

export interface BccConfig {
  /** Of the addresses, and what the mail server calls itself. */
  readonly domain: string;
  /** Absent: another process listens. */
  readonly port?: number;
  /** PEM files; absent: no STARTTLS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string };
  /** DNS servers that are asked about senders, as `address` or `address:port`; none: those of the machine. */
  readonly dns: readonly string[];
}

interface OAuthApplication {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Tests only: an emulator instead of the vendor. */
  readonly url?: string;
}

/** What is wrong with the environment, one line per variable. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

const empty = (value: unknown) => (value === "" ? undefined : value);
const optionalText = z.preprocess(empty, z.string().optional());
const httpUrl = z
  .url({ protocol: /^https?$/, error: "must be a URL that starts with https:// (or http://)" })
  .transform((value) => value.replace(/\/+$/, ""));
const urlOr = (fallback: string) => z.preprocess((value) => empty(value) ?? fallback, httpUrl);

/** More than the margin that is left free of it, or nothing would ever be asked. */
const LEAST_BURST = 10;
const rate = z
  .string()
  .regex(/^\d{1,6}\/\d{1,6}$/, "must be the burst and the requests a second, like 250/5")
  .transform((text) => {
    const [burst = 0, perSecond = 0] = text.split("/").map(Number);
    return { burst, perSecond };
  })
  .refine(({ burst, perSecond }) => burst >= LEAST_BURST && perSecond >= 1, `must be at least ${LEAST_BURST}/1`);

const environment = z
  .object({
    ROLE: z.preprocess((value) => empty(value) ?? "all", z.enum(["web", "worker", "all", "migrate"])),
    PORT: z.preprocess((value) => empty(value) ?? "8080", z.coerce.number().int().min(0).max(65_535)),
    PUBLIC_URL: z.preprocess(empty, httpUrl.optional()),
    DATA_DIR: z.preprocess((value) => empty(value) ?? "./data", z.string()),
    DATABASE_URL: z.preprocess(
      empty,
      z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" }).optional(),
    ),
    REDIS_URL: z.preprocess(empty, z.url({ protocol: /^rediss?$/, error: "must be a redis:// URL" }).optional()),
    SECRET_KEY: z.preprocess(
      empty,
      z.string().min(32, "must have at least 32 characters; make one with: openssl rand -hex 32").optional(),
    ),
    B24_CLIENT_ID: optionalText,
    B24_CLIENT_SECRET: optionalText,
    B24_OAUTH_URL: urlOr("https://oauth.bitrix.info"),
    B24_ALLOW_HTTP: z.preprocess((value) => empty(value) ?? "0", z.enum(["0", "1"])),
    REST_PRIVATE_HOSTS: optionalText,
    B24_RATE: z.preprocess(empty, rate.optional()),
    MAIL_PRIVATE_HOSTS: optionalText,
    BCC_DOMAIN: z.preprocess(
      empty,
      z
        .string()
        .toLowerCase()
        .regex(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}$/, "must be a domain: crm.example.com")
        .optional(),
    ),
    SMTP_PORT: z.preprocess(empty, z.coerce.number().int().min(0).max(65_535).optional()),
    SMTP_TLS_CERT: optionalText,
    SMTP_TLS_KEY: optionalText,
    SMTP_DNS: optionalText,
    GOOGLE_CLIENT_ID: optionalText,
    GOOGLE_CLIENT_SECRET: optionalText,
    GOOGLE_OAUTH_URL: z.preprocess(empty, httpUrl.optional()),
    MICROSOFT_CLIENT_ID: optionalText,
    MICROSOFT_CLIENT_SECRET: optionalText,
    MICROSOFT_OAUTH_URL: z.preprocess(empty, httpUrl.optional()),
    TELEGRAM_API_URL: urlOr("https://api.telegram.org"),
    VIBER_API_URL: urlOr("https://chatapi.viber.com/pa"),
    TELEGRAM_API_ID: z.preprocess(empty, z.coerce.number().int().positive().optional()),
    TELEGRAM_API_HASH: z.preprocess(
      empty,
      z
        .string()
        .regex(/^[0-9a-f]{32}$/i, "must be 32 hexadecimal digits")
        .optional(),
    ),
    WHATSAPP_CLOUD_API_URL: urlOr("https://graph.facebook.com"),
    LINE_VOICE: z.preprocess((value) => empty(value) ?? "connector", z.enum(["connector", "messenger"])),
    LOG_LEVEL: z.preprocess(
      (value) => empty(value) ?? "info",
      z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
    ),
    METRICS_TOKEN: optionalText,
    CHROMIUM_PATH: optionalText,
  })
  .superRefine((env, context) => {
    const demand = (variable: string, message: string) =>
      context.addIssue({ code: "custom", path: [variable], message });
    if (env.DATABASE_URL && !env.SECRET_KEY)
      demand("SECRET_KEY", "is needed with DATABASE_URL: it encrypts the tokens kept there");
    if ((env.TELEGRAM_API_ID === undefined) !== (env.TELEGRAM_API_HASH === undefined)) {
      demand("TELEGRAM_API_HASH", "and TELEGRAM_API_ID belong together: set both, from my.telegram.org, or none");
    }
    if (env.SMTP_PORT !== undefined && env.BCC_DOMAIN === undefined)
      demand("BCC_DOMAIN", "is needed with SMTP_PORT: the domain whose mail comes to that port");
    if ((env.SMTP_TLS_CERT === undefined) !== (env.SMTP_TLS_KEY === undefined))
      demand("SMTP_TLS_KEY", "and SMTP_TLS_CERT belong together: set both, to files in PEM form, or none");
    for (const vendor of ["GOOGLE", "MICROSOFT"] as const) {
      if ((env[`${vendor}_CLIENT_ID`] === undefined) !== (env[`${vendor}_CLIENT_SECRET`] === undefined))
        demand(`${vendor}_CLIENT_SECRET`, `and ${vendor}_CLIENT_ID belong together: set both, or none`);
      if (env[`${vendor}_OAUTH_URL`]?.startsWith("http:") && env.B24_ALLOW_HTTP !== "1")
        demand(`${vendor}_OAUTH_URL`, "must be https (http is for tests, with B24_ALLOW_HTTP=1)");
    }
    if (env.ROLE === "migrate") return;
    if (!env.B24_CLIENT_ID) demand("B24_CLIENT_ID", "is missing: the application's client_id from Bitrix24");
    if (!env.B24_CLIENT_SECRET)
      demand("B24_CLIENT_SECRET", "is missing: the application's client_secret from Bitrix24");
    if (env.B24_OAUTH_URL.startsWith("http:") && env.B24_ALLOW_HTTP !== "1") {
      demand("B24_OAUTH_URL", "must be https (http is for tests, with B24_ALLOW_HTTP=1)");
    }
    if (env.ROLE === "all") return;
    if (!env.DATABASE_URL)
      demand("DATABASE_URL", `is needed with ROLE=${env.ROLE}: two processes cannot share the built-in database`);
    if (!env.REDIS_URL)
      demand(
        "REDIS_URL",
        `is needed with ROLE=${env.ROLE}: wake-ups and the portal's shared rate limit travel through Redis`,
      );
  });

/**
 * Reads the configuration.
 * @throws ConfigError naming every variable that is wrong.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new ConfigError(`The environment is not usable:\n  ${lines.join("\n  ")}`);
  }
  const value = parsed.data;
  return {
    role: value.ROLE,
    port: value.PORT,
    publicUrl: value.PUBLIC_URL ?? `http://localhost:${value.PORT}`,
    dataDir: value.DATA_DIR,
    ...(value.DATABASE_URL !== undefined && { databaseUrl: value.DATABASE_URL }),
    ...(value.REDIS_URL !== undefined && { redisUrl: value.REDIS_URL }),
    ...(value.SECRET_KEY !== undefined && { secretKey: value.SECRET_KEY }),
    b24: {
      clientId: value.B24_CLIENT_ID ?? "",
      clientSecret: value.B24_CLIENT_SECRET ?? "",
      oauthUrl: value.B24_OAUTH_URL,
      allowHttp: value.B24_ALLOW_HTTP === "1",
      privateHosts: listOf(value.REST_PRIVATE_HOSTS),
      ...(value.B24_RATE !== undefined && { rate: value.B24_RATE }),
    },
    mailPrivateHosts: listOf(value.MAIL_PRIVATE_HOSTS),
    ...(value.BCC_DOMAIN !== undefined && {
      bcc: {
        domain: value.BCC_DOMAIN,
        ...(value.SMTP_PORT !== undefined && { port: value.SMTP_PORT }),
        ...(value.SMTP_TLS_CERT !== undefined &&
          value.SMTP_TLS_KEY !== undefined && {
            tls: { certFile: value.SMTP_TLS_CERT, keyFile: value.SMTP_TLS_KEY },
          }),
        dns: listOf(value.SMTP_DNS),
      },
    }),
    mailVendors: {
      ...applicationOf("google", value.GOOGLE_CLIENT_ID, value.GOOGLE_CLIENT_SECRET, value.GOOGLE_OAUTH_URL),
      ...applicationOf(
        "microsoft",
        value.MICROSOFT_CLIENT_ID,
        value.MICROSOFT_CLIENT_SECRET,
        value.MICROSOFT_OAUTH_URL,
      ),
    },
    telegramApiUrl: value.TELEGRAM_API_URL,
    viberApiUrl: value.VIBER_API_URL,
    ...(value.TELEGRAM_API_ID !== undefined &&
      value.TELEGRAM_API_HASH !== undefined && {
        telegramApp: { apiId: value.TELEGRAM_API_ID, apiHash: value.TELEGRAM_API_HASH },
      }),
    whatsappCloudApiUrl: value.WHATSAPP_CLOUD_API_URL,
    lineVoice: value.LINE_VOICE,
    logLevel: value.LOG_LEVEL,
    ...(value.METRICS_TOKEN !== undefined && { metricsToken: value.METRICS_TOKEN }),
    ...(value.CHROMIUM_PATH !== undefined && { chromiumPath: value.CHROMIUM_PATH }),
  };
}

function applicationOf(
  vendor: "google" | "microsoft",
  clientId: string | undefined,
  clientSecret: string | undefined,
  url: string | undefined,
): Config["mailVendors"] {
  if (clientId === undefined || clientSecret === undefined) return {};
  return { [vendor]: { clientId, clientSecret, ...(url !== undefined && { url }) } };
}

const listOf = (text = ""): string[] =>
  text
    .split(",")
    .map((host) => host.trim().toLowerCase())
    .filter(Boolean);
