// Node's http server with no signal handler: dies at once on SIGTERM.   usage: plain.js PORT
if (process.argv.length !== 3) {
  console.error('usage: plain.js PORT');
  process.exit(2);
}
require('node:http')
  .createServer((request, response) => response.end(`node pid=${process.pid}\n`))
  .listen(Number(process.argv[2]));
