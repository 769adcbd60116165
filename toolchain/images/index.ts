export { type ImageKind, imageName } from "./keys";
export { builtMachineFiles, type MachineFiles } from "./machine-files";
