"""Reads manifests of Kubernetes, checks them against its published schemas, and prints them as JSON.

The arguments are versions of Kubernetes, separated by commas, and the files; the output is a list
of their objects.
"""

import json
import sys

import kubernetes_validate
import yaml

versions, *files = sys.argv[1:]
objects = []
for path in files:
    with open(path, encoding="utf-8") as file:
        objects += yaml.safe_load_all(file)
for each in objects:
    for version in versions.split(","):
        kubernetes_validate.validate(each, version, strict=True)
json.dump(objects, sys.stdout)
