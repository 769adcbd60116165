"""Where backups are put: a folder that all machines share, or a bucket of S3."""

import base64
import hashlib
import json
import os
import sys
import urllib.parse

import keep


class Folder:
    """Two files a backup: the bundle, and what may be said of it. The second one comes last: without it there is no backup."""

    def __init__(self, path, policy):
        self.path, self.policy = path, policy

    def put(self, name, bundle, description, _before):
        os.makedirs(self.path, mode=0o700, exist_ok=True)
        self._write(f"{name}.age", lambda file: copy(bundle, file))
        self._write(f"{name}.json", lambda file: file.write(json.dumps(description).encode()))

    def prune(self):
        """Removes those that the policy does not keep, and gives their names."""
        files = os.listdir(self.path)
        names = {file.rsplit(".", 1)[0] for file in files if file.endswith((".age", ".json"))}
        gone = sorted(names - keep.kept(names, self.policy))
        for name in gone:
            for ending in ("json", "age"):
                if os.path.exists(f"{self.path}/{name}.{ending}"):
                    os.remove(f"{self.path}/{name}.{ending}")
        # Left by one that was killed.
        for part in (file for file in files if file.endswith(".part")):
            os.remove(f"{self.path}/{part}")
        return gone

    def _write(self, name, write):
        part = f"{self.path}/{name}.part"
        with open(part, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, f"{self.path}/{name}")
        folder = os.open(self.path, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


class Bucket:
    """The same two, as objects below the period that they are the first of: the bucket's own rules say how long each
    stays, as this machine's role may put and not delete."""

    def __init__(self, bucket, environment):
        # The scripts of instances have it.
        sys.path.append("/usr/local/sbin")
        import slipway_aws

        self.aws, self.bucket, self.environment = slipway_aws, bucket, environment
        self.machine = slipway_aws.Machine(slipway_aws.read_settings())

    def put(self, name, bundle, description, before):
        period = keep.period_of(name, before)
        self._put(f"{period}/{name}.age", bundle)
        text = f"{bundle}.json"
        with open(text, "w", encoding="utf8") as file:
            json.dump(description, file)
        self._put(f"{period}/{name}.json", text)
        self._tell(description["bundle"]["bytes"])

    def prune(self):
        return []

    def _put(self, key, path):
        # An object under lock is taken with its checksum only:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
        digest = sha256_of(path)
        headers = {
            "x-amz-content-sha256": digest.hex(),
            "x-amz-checksum-sha256": base64.b64encode(digest).decode(),
        }
        url = f"{self.machine.host('s3', f'{self.bucket}.')}/{urllib.parse.quote(key)}"
        request = self.machine.signed("s3", "PUT", url, headers)
        with open(path, "rb") as file:
            request.data = file
            # Python would send it in chunks, which S3 does not take.
            request.add_header("Content-Length", str(os.path.getsize(path)))
            self.aws.opened(f"the bucket {self.bucket}", request).close()

    def _tell(self, size):
        """CloudWatch has an alarm for when this is missing."""
        body = urllib.parse.urlencode({
            "Action": "PutMetricData",
            "Version": "2010-08-01",
            "Namespace": "Slipway",
            "MetricData.member.1.MetricName": "ClusterBackupBytes",
            "MetricData.member.1.Unit": "Bytes",
            "MetricData.member.1.Value": size,
            "MetricData.member.1.Dimensions.member.1.Name": "Environment",
            "MetricData.member.1.Dimensions.member.1.Value": self.environment,
        }).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        request = self.machine.signed("monitoring", "POST", f"{self.machine.host('monitoring')}/", headers, body)
        self.aws.opened("CloudWatch", request).close()


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.digest()


def copy(path, target):
    with open(path, "rb") as source:
        while chunk := source.read(1 << 20):
            target.write(chunk)
