// Reads job files of Nomad with HashiCorp's own parser, compiled to JavaScript, and prints them as
// JSON. What a driver is configured with is read a second time, as Nomad does on the client: there
// strings are templates without quotes, so what quotes need is escaped and `${` is not.
//
// The arguments are the folder of the parser and the files.
const fs = require("fs");
const [folder, ...files] = process.argv.slice(1);
const hcl = require(folder);

function read(text) {
  const [value, error] = hcl.parseToObject(text);
  if (error) throw new Error(JSON.stringify(error) + text);
  return value;
}

function again(value) {
  if (Array.isArray(value)) return value.map(again);
  const escapes = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r" };
  const quoted = value.replace(/[\\"\n\r]/g, (sign) => escapes[sign]);
  return read(`value = "${quoted}"`).value;
}

const jobs = files.map((file) => {
  const { job } = read(fs.readFileSync(file, "utf8"));
  for (const [{ group }] of Object.values(job))
    for (const [{ task }] of Object.values(group))
      for (const [{ config }] of Object.values(task))
        for (const [key, value] of Object.entries(config[0])) config[0][key] = again(value);
  return job;
});
console.log(JSON.stringify(jobs));
