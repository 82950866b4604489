import type { ColumnType } from "kysely";

/** A column of JSON: it goes in as text made by `toJson`. */
export type Json<T> = ColumnType<T, string, string>;
