export type { RegistryCredentials } from "./credentials";
export { PushedImage, type PushedImageArgs } from "./pushed-image";
export { ServiceImage, type ServiceImageArgs } from "./service-image";
