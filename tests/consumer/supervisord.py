"""Reads configurations with supervisor's own classes and says what it would start.

A request is the length of a path in bytes, a newline, and the path of a configuration file.
The answer is the length of a JSON text, a newline, and the text: an object with "error", or
with "programs" by their names.
"""

import json
import sys
import warnings

warnings.simplefilter("ignore")

from supervisor.options import ServerOptions  # noqa: E402

AUTOMATIC_OR_NONE = (type, type(None))


def program(config):
    config.options.stat = lambda path: None
    config.options.check_execv_args = lambda filename, argv, st: None
    argv = config.make_process(config).get_execv_args()[1]
    log = config.stdout_logfile
    return {
        "argv": argv,
        "environment": config.environment,
        "directory": config.directory,
        "log_file": None if isinstance(log, AUTOMATIC_OR_NONE) else log,
    }


def parse(path):
    options = ServerOptions()
    options.configfile = path
    options.process_config(do_usage=False)
    programs = {}
    for group in options.process_group_configs:
        for config in group.process_configs:
            try:
                programs[config.name] = program(config)
            except Exception as error:
                programs[config.name] = {"error": str(error)}
    return {"programs": programs}


while True:
    length = sys.stdin.buffer.readline()
    if not length:
        break
    path = sys.stdin.buffer.read(int(length)).decode()
    try:
        answer = parse(path)
    except Exception as error:
        answer = {"error": str(error)}
    answer = json.dumps(answer).encode()
    sys.stdout.buffer.write(b"%d\n%s" % (len(answer), answer))
    sys.stdout.buffer.flush()
