"""Reads IAM policy documents as JSON, name to document, and prints what parliament finds in each, as JSON."""

import json
import sys

from parliament import analyze_policy_string

# What needs a person's judgement, which stands beside the statement in the code: a star is no mistake by itself.
JUDGED = {"RESOURCE_STAR"}


def findings(document):
    analyzed = analyze_policy_string(json.dumps(document))
    return [f"{found.issue}: {found.detail}" for found in analyzed.findings if found.issue not in JUDGED]


documents = json.load(sys.stdin)
print(json.dumps({name: findings(document) for name, document in documents.items()}))
