export { type ImageKind, imageName } from "./keys";
