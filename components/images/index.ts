export { ServiceImage, type ServiceImageArgs } from "./service-image";
