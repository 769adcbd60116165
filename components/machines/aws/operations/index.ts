export { EnvironmentKey, type EnvironmentKeyArgs } from "./environment-key";
