export { ServiceImage, type ServiceImageArgs } from "../images";
