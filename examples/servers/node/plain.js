// Node's http server with no signal handler: dies at once on SIGTERM.   usage: plain.js PORT
require('node:http')
  .createServer((request, response) => response.end(`node pid=${process.pid}\n`))
  .listen(Number(process.argv[2]));
