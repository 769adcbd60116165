export { CloudControllerManager, type CloudControllerManagerArgs } from "./cloud-controller-manager";
export { type EbsImages, ebsImages } from "./ebs-pods";
export { EbsStorage, type EbsStorageArgs } from "./ebs-storage";
