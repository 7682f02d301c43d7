// Prints each of the queries of the first argument, a list in JSON, that Grafana's parser does not read.
import { parser } from "@grafana/lezer-logql";

for (const query of JSON.parse(process.argv[2])) {
  let isRead = true;
  parser.parse(query).iterate({ enter: (node) => { isRead &&= !node.type.isError; } });
  if (!isRead) {
    console.log(query);
  }
}
