/** Numbers as numbers, where they are some; anything else as it is, for the portal to refuse. */
export const wireId = (id: string): string | number => (/^\d{1,15}$/.test(id) ? Number(id) : id);
