/** What Gitea's settings are made of. The texts are secrets. */
export interface GitServerSettings {
  /** Of the server, its Service and its namespace. */
  readonly name: string;
  /** TCP port that it listens on. */
  readonly port: number;
  /** Where repositories and database are. */
  readonly dataFolder: string;
  readonly secretKey: string;
  readonly internalToken: string;
  readonly signingKey: string;
}

/** Gitea's app.ini: https://docs.gitea.com/administration/config-cheat-sheet */
export function gitServerSettings(settings: GitServerSettings): string {
  const { name, port, dataFolder, secretKey, internalToken, signingKey } = settings;
  return `APP_NAME = ${name}
RUN_MODE = prod
WORK_PATH = ${dataFolder}

[server]
HTTP_PORT = ${port}
ROOT_URL = http://${name}.${name}/
DISABLE_SSH = true
OFFLINE_MODE = true

[database]
DB_TYPE = sqlite3
PATH = ${dataFolder}/gitea.db

[security]
INSTALL_LOCK = true
SECRET_KEY = ${secretKey}
INTERNAL_TOKEN = ${internalToken}
PASSWORD_HASH_ALGO = pbkdf2_hi

[oauth2]
ENABLED = false
JWT_SECRET = ${Buffer.from(signingKey).toString("base64url")}

[service]
DISABLE_REGISTRATION = true
REQUIRE_SIGNIN_VIEW = true

[openid]
ENABLE_OPENID_SIGNIN = false
ENABLE_OPENID_SIGNUP = false

[repository]
ROOT = ${dataFolder}/repositories
ENABLE_PUSH_CREATE_USER = true
DEFAULT_PUSH_CREATE_PRIVATE = true
ALLOW_FORK_WITHOUT_MAXIMUM_LIMIT = false

[actions]
ENABLED = false

[cron.update_checker]
ENABLED = false

[indexer]
ISSUE_INDEXER_TYPE = db

[log]
MODE = console
LEVEL = warn
`;
}
