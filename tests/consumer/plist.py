"""Reads property lists with Python's parser and with libplist's, and prints them as JSON.

The arguments are the files; the output is a list that has for each what both say.
"""

import json
import plistlib
import subprocess
import sys


def python(path):
    with open(path, "rb") as file:
        return plistlib.load(file)


def libplist(path):
    subprocess.run(["plistutil", "-i", path, "-o", path + ".bin", "-f", "bin"], check=True)
    return python(path + ".bin")


json.dump([[python(path), libplist(path)] for path in sys.argv[1:]], sys.stdout)
