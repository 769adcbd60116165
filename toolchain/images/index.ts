export { type ImageKind, imageName } from "./keys";
export { bringsApprover } from "./machine-images";
export { builtMachineFiles, type MachineFiles } from "./machine-files";
