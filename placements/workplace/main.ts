import { mountPage } from "../shared/mount.ts";
import WorkplacePage from "./workplace-page.vue";

mountPage(WorkplacePage);
