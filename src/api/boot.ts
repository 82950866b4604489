/** What a page is told before it asks anything: the content of `<script id="boot">`. */
export interface Boot {
  /** Bearer for `/api`; absent on a page that is for nobody in particular. */
  readonly session: string;
  readonly portal: BootPortal;
  readonly user: BootUser;
  /** Placement code of the portal (`CRM_DEAL_DETAIL_TAB`), `DEFAULT` for the main page, `STANDALONE` outside the portal. */
  readonly placement: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Language of the page: `en`, `ru` or `es`. */
  readonly locale: string;
  /** Answers to what the page would ask for first. */
  readonly given?: readonly GivenAnswer[];
  /** Only on the installer's page. */
  readonly installation?: BootInstallation;
}

/** What `GET /api{path}` answers, at the time when the page was made. */
export interface GivenAnswer {
  readonly path: string;
  readonly body: unknown;
  /** As the header `x-next`. */
  readonly next?: number;
}

export interface BootPortal {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
  readonly active: boolean;
}

export interface BootUser {
  readonly id: string;
  readonly name: string;
  readonly admin: boolean;
  /** May change rules and links of customers. */
  readonly editor: boolean;
  /** What an administrator lets them do with conversations, where that is not what the portal lets them. */
  readonly role?: "controller" | "agent" | "head";
}

export interface BootInstallation {
  /** Still at it: ask `GET /api/portal`. */
  readonly running: boolean;
  readonly ok: boolean;
  readonly problems: readonly string[];
}

/** Languages we have words for. */
export type Locale = "en" | "ru" | "es";
