export { readEnvironmentConfig } from "../environment-config.ts";
