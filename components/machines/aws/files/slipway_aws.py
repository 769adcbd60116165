"""What this machine's scripts need to ask AWS: who it is, and requests that its role signs. Nothing but Python's own, as a
stock system that cloud-init runs on has not more."""

import hashlib
import hmac
import http.client
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

# Has the bootstrap's own settings, of which ROLE is read, and secrets.env: SECRETS, the part of the secrets' names before the
# role's. For tests METADATA, CONSOLE, ROOT (a folder that stands for /) and ENDPOINT_<service> too.
SETTINGS_FOLDER = os.environ.get("SLIPWAY_SETTINGS", "/etc/slipway")
LONGEST_PAUSE_SECONDS = 15
TIMEOUT_SECONDS = 20


class Unavailable(Exception):
    """What has to be tried again, and why."""


def read_settings(*names):
    settings = {}
    for name in ("bootstrap", "secrets", *names):
        with open(f"{SETTINGS_FOLDER}/{name}.env", encoding="utf8") as file:
            settings.update(parsed(file.read()))
    return settings


def parsed(text):
    """KEY='value' lines."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {key: value.strip("'") for key, value in pairs}


def console(settings, words):
    """Says it in the words that components/cluster/console.ts understands."""
    try:
        with open(settings.get("CONSOLE", "/dev/console"), "a", encoding="utf8") as file:
            file.write(f"slipway: {' '.join(words.split())[:390]}\n")
    except OSError:
        pass  # A console that is gone must not stop a boot.


def opened(what, request):
    """The answer to a request, open."""
    try:
        return urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as refused:
        raise Unavailable(f"{what}: HTTP {refused.code} {reason(refused.read())}".rstrip()) from None
    except OSError as problem:
        raise Unavailable(f"{what}: {getattr(problem, 'reason', problem)}") from None


def reason(body):
    """Why the API refused: its error's type and message, and nothing else of what it sent."""
    try:
        answer = json.loads(body)
        return f"{answer.get('__type', '')} {answer.get('message', answer.get('Message', ''))}".strip()
    except (ValueError, AttributeError):
        pass
    # S3 speaks XML.
    text = body.decode("utf8", "replace")
    return " ".join(text.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0] for tag in ("Code", "Message")).strip()


def role_of(settings):
    return "worker" if settings["ROLE"] == "join-worker" else "control-plane"


class Machine:
    """This machine's place in AWS, and its role's credentials: asked of the metadata service, version 2."""

    def __init__(self, settings):
        self.settings = settings
        self.base = settings.get("METADATA", "http://169.254.169.254")
        lifetime = {"X-aws-ec2-metadata-token-ttl-seconds": "300"}
        token = self._ask("api/token", "PUT", lifetime)
        self.header = {"X-aws-ec2-metadata-token": token}
        role = self._get("meta-data/iam/security-credentials/").split("\n")[0]
        self.credentials = json.loads(self._get(f"meta-data/iam/security-credentials/{role}"))
        self.region = self._get("meta-data/placement/region")
        self.domain = self._get("meta-data/services/domain")

    def _ask(self, path, method, headers):
        request = urllib.request.Request(f"{self.base}/latest/{path}", method=method, headers=headers)
        with opened(f"the metadata service's {path}", request) as answer:
            return answer.read().decode()

    def _get(self, path):
        return self._ask(path, "GET", self.header)

    def instance(self):
        """The instance's id."""
        return self._get("meta-data/instance-id")

    def host(self, service, before=""):
        return self.settings.get(f"ENDPOINT_{service}", f"https://{before}{service}.{self.region}.{self.domain}")

    def ask_secret(self, name, action, **more):
        """What Secrets Manager answers of the environment's secret with this end of its name."""
        secret = f"{self.settings['SECRETS']}/{name}"
        headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": f"secretsmanager.{action}"}
        body = json.dumps({"SecretId": secret, **more}).encode()
        request = self.signed("secretsmanager", "POST", f"{self.host('secretsmanager')}/", headers, body)
        with opened(f"the secret {secret}", request) as answer:
            return json.load(answer)

    def own_secret(self):
        """The files that the secret of this machine's role has."""
        return json.loads(self.ask_secret(role_of(self.settings), "GetSecretValue")["SecretString"])

    def own_files(self):
        """The same, and a worker's token to join with."""
        files = self.own_secret()
        if role_of(self.settings) == "worker":
            token = self.ask_secret("join-token", "GetSecretValue")["SecretString"]
            files.append({"path": "/etc/slipway/join-token", "content": f"{token}\n", "permissions": "0600"})
        return files

    def signed(self, service, method, url, headers=None, body=b""):
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"""
        parts = urllib.parse.urlsplit(url)
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        # What is sent from a file has its digest among the headers.
        digest = (headers or {}).get("x-amz-content-sha256") or hashlib.sha256(body).hexdigest()
        signing = {
            "host": parts.netloc,
            "x-amz-content-sha256": digest,
            "x-amz-date": at,
            "x-amz-security-token": self.credentials["Token"],
            **(headers or {}),
        }
        names = sorted(signing)
        lines = [f"{name}:{signing[name]}" for name in names]
        canonical = "\n".join([method, parts.path or "/", parts.query, *lines, "", ";".join(names), digest])
        scope = f"{at[:8]}/{self.region}/{service}/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", at, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = f"AWS4{self.credentials['SecretAccessKey']}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        by = f"Credential={self.credentials['AccessKeyId']}/{scope}, SignedHeaders={';'.join(names)}, Signature={signature}"
        signing["authorization"] = f"AWS4-HMAC-SHA256 {by}"
        return urllib.request.Request(url, data=body or None, method=method, headers=signing)


def until_there(settings, attempt):
    """What `attempt` gives, in the end. What it waits for it says once."""
    pause, told = 1, None
    while True:
        try:
            return attempt(Machine(settings))
        except Unavailable as problem:
            why = str(problem)
        except (ValueError, KeyError, OSError, http.client.HTTPException) as problem:
            # Its text could hold a part of the answer.
            why = f"an answer that can be read ({type(problem).__name__})"
        if why != told:
            console(settings, f"log waiting for {why}")
        told = why
        time.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
