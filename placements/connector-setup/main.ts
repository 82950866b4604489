import { mountPage } from "../shared/mount.ts";
import ConnectorSetupPage from "./connector-setup-page.vue";

mountPage(ConnectorSetupPage);
