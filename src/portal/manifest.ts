/** `app-manifest.json`: what the application is to a portal. Read once at start; a wrong file stops the start. */
import { readFile } from "node:fs/promises";
import { z } from "zod";

const titles = z.record(z.string().length(2), z.string().min(1));

const manifestSchema = z
  .strictObject({
    code: z.string().min(1),
    version: z.string().regex(/^\d+\.\d+\.\d+$/),
    languages: z.array(z.string().length(2)).min(1),
    title: titles,
    /** Nothing "for later": market moderation asks why for each. */
    scopes: z
      .array(
        z.strictObject({
          scope: z.string().min(1),
          why: z.string().min(10),
          /** Without it the application does what it is for, and says where it cannot tell something. */
          optional: z.literal(true).optional(),
        }),
      )
      .min(1),
    /** Looked for at installation, because a box may lag behind the cloud. */
    methods: z.array(z.string().min(1)),
    events: z.array(z.string().regex(/^ON[A-Z]+$/)),
    placements: z.array(
      z.strictObject({ code: z.string().regex(/^[A-Z_]+$/), page: z.string().regex(/^[a-z-]+$/), title: titles }),
    ),
    connectors: z.strictObject({ prefix: z.string().regex(/^[a-z0-9_]+$/), page: z.string().regex(/^[a-z-]+$/) }),
  })
  .superRefine((manifest, context) => {
    for (const [index, placement] of manifest.placements.entries()) {
      for (const language of manifest.languages) {
        if (placement.title[language] === undefined)
          context.addIssue({
            code: "custom",
            path: ["placements", index, "title"],
            message: `has no title in ${language}`,
          });
      }
    }
  });

export type Manifest = z.output<typeof manifestSchema>;

/** Throws with the path and every fault of the file. */
export async function loadManifest(path: string | URL): Promise<Manifest> {
  const parsed = manifestSchema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(`${String(path)} is not a manifest:\n${z.prettifyError(parsed.error)}`);
}
