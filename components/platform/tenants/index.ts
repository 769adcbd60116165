export type { TenantSettings } from "./rules";
export { TenantPolicies } from "./tenant-policies";
