export { Alarms, type AlarmsArgs, type WatchedEndpoint, type WatchedPool } from "./alarms";
export { BackupBucket, type BackupBucketArgs } from "./backup-bucket";
export { EnvironmentKey, type EnvironmentKeyArgs } from "./environment-key";
export { ImageRepositories, type ImageRepositoriesArgs } from "./image-repositories";
export { GitHubAccess, type GitHubAccessArgs } from "./github-access";
export type { StatePlace } from "./state-rights";
