#!/usr/bin/python3 -B
"""Knows at AWS whether a cluster of an authority was made before: PlatformFacts.claimCluster in components/bootstrap/facts.ts.

  claim-cluster may-begin|made AUTHORITY

The mark is a version of the environment's secret whose id is the authority's hash. A version is there or not, and never
changes: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
"""

import sys

import slipway_aws as aws

MADE_BEFORE = 3


SECRET = "cluster"


def may_begin(machine, authority):
    """A secret that cannot be described tells nothing."""
    versions = machine.ask_secret(SECRET, "DescribeSecret").get("VersionIdsToStages") or {}
    return MADE_BEFORE if authority in versions else 0


def main(question, authority):
    settings = aws.read_settings()
    if question == "may-begin":
        return aws.until_there(settings, lambda machine: may_begin(machine, authority))
    try:
        machine = aws.Machine(settings)
        machine.ask_secret(SECRET, "PutSecretValue", ClientRequestToken=authority, SecretString="made")
        return 0
    except (aws.Unavailable, ValueError, KeyError, OSError) as problem:
        # Who asks asks again.
        print(problem, file=sys.stderr)
        return 1


sys.exit(main(*sys.argv[1:]))
